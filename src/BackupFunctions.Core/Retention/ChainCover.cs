using BackupFunctions.Manifest;
using BackupFunctions.Mongo;

namespace BackupFunctions.Retention;

/// <summary>Finds the chains that are needed so that every point from a moment on that can be restored stays so.</summary>
internal static class ChainCover
{
    /// <summary>
    /// All chains that begin at or behind the moment, and of those that begin before it the newest ones that between them cover what the others leave open.
    /// </summary>
    public static IReadOnlyList<FullChain> From(Optime since, IReadOnlyList<FullChain> chains)
    {
        var needed = chains.Where(c => c.From >= since).ToList();
        foreach (var chain in chains.Where(c => c.From < since && c.To >= since).OrderByDescending(c => c.From))
        {
            if (!Covers(needed, since, chain.To)) needed.Add(chain);
        }
        return needed;
    }

    private static bool Covers(List<FullChain> chains, Optime from, Optime to)
    {
        var covered = from;
        foreach (var chain in chains.OrderBy(c => c.From))
        {
            if (chain.From > covered) return false;
            if (chain.To > covered) covered = chain.To;
            if (chain.From <= from && chain.To < from) continue;
            if (covered >= to) return true;
        }
        return false;
    }
}
