namespace BackupFunctions.Encryption;

/// <summary>What a derived key is for. No key serves two purposes.</summary>
public enum KeyPurpose
{
    /// <summary>Makes the synthetic IV of a block.</summary>
    Siv,

    /// <summary>Makes the encryption key of each block.</summary>
    Enc,

    /// <summary>Names plaintexts.</summary>
    Pid,

    /// <summary>Chooses where chunks and files end.</summary>
    Cut,
}
