using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Tests.Configuration;
using BackupFunctions.Workflows;

namespace BackupFunctions.Tests.Cli;

/// <summary>Commands that fail, or succeed in part: message, hint, exit code.</summary>
internal static class FailureCases
{
    public static IReadOnlyList<CliCase> All { get; } =
    [
        new("bakup",
            "",
            """
            error: unknown command or option 'bakup'
            hint: did you mean `backup`?

            """,
            2),

        new("list --jsn",
            "",
            """
            error: unrecognized command or argument '--jsn'
            hint: did you mean `--json`?

            """,
            2),

        new("list --type x",
            "",
            """
            error: --type: argument 'x' not recognized. Must be one of: 'full' 'incremental'
            hint: run `backupfn list --help`

            """,
            2),

        new("list --since yesterday",
            "",
            """
            error: --since: 'yesterday' is no date: want 2026-07-01 or 2026-07-01T02:00:00Z
            hint: run `backupfn list --help`

            """,
            2),

        new("show",
            "",
            """
            error: required argument 'ID|CID|latest' missing for command: 'show'
            hint: run `backupfn show --help`

            """,
            2),

        new("show --json",
            "",
            """
            {"message_type":"error","kind":"configuration","message":"required argument 'ID|CID|latest' missing for command: 'show'","hint":"run `backupfn show --help`","exit_code":2}

            """,
            2),

        new("recover --node file:///no/vault/here",
            "",
            """
            error: ask node file:///no/vault/here: there is no vault
            hint: look whether its volume is mounted

            """,
            10),

        // a directory that holds something else
        new("recover --node file:///usr",
            "",
            """
            error: ask node file:///usr: there is no vault
            hint: look whether its volume is mounted

            """,
            10),

        new("export latest",
            "",
            """
            error: want --car: the one form of an export
            hint: run `backupfn export --help`

            """,
            2),

        new("import x.car",
            """
            FILE   HOLDS  NODE             VERIFIED  FAULT
            x.car  s-1    IPFS_NODE_1_URL     1,200
            x.car  s-1    IPFS_NODE_2_URL         0  connection refused

            """,
            """
            error: import to both nodes: no verified copy on IPFS_NODE_2_URL
            hint: repair the node and import again, which goes on

            """,
            3)
        {
            Engine = new() { SecondCopy = new("IPFS_NODE_2_URL", false, 0, "connection refused") },
        },

        new("download QmFoo",
            "",
            """
            error: 'QmFoo' is no CID: want CIDv1 in base32, as `backupfn list` shows it
            hint: run `backupfn download --help`

            """,
            2),

        new("restore dump",
            "",
            """
            error: option '--uri' is required
            hint: run `backupfn restore --help`

            """,
            2),

        new("restore dump --uri h:27017",
            "",
            """
            error: --uri does not start with mongodb:// or mongodb+srv://; example: --uri 'mongodb://db1.example.com:27017/?replicaSet=rs0'
            hint: run `backupfn restore --help`

            """,
            2),

        new("restore dump --uri mongodb://u:s3cr3t/x@h",
            "",
            """
            error: --uri is no connection string: user name and password must be percent-encoded (@ is %40, : is %3A, / is %2F, % is %25); example: --uri 'mongodb://db1.example.com:27017/?replicaSet=rs0'
            hint: run `backupfn restore --help`

            """,
            2),

        new("restore-full latest mongodb://u:pw123@h",
            "",
            """
            error: unrecognized command or argument 'mongodb://u:****@h'; option '--uri' is required
            hint: run `backupfn restore-full --help`

            """,
            2),

        new("verify --sample 0",
            "",
            """
            error: '0' is no share: want a percentage above 0 and up to 100, for example --sample 5%
            hint: run `backupfn verify --help`

            """,
            2),

        new("verify --sample 101%",
            "",
            """
            error: '101%' is no share: want a percentage above 0 and up to 100, for example --sample 5%
            hint: run `backupfn verify --help`

            """,
            2),

        new("list extra",
            "",
            """
            error: unrecognized command or argument 'extra'
            hint: run `backupfn list --help`

            """,
            2),

        new("list --log-level loud",
            "",
            """
            error: --log-level: argument 'loud' not recognized. Must be one of: 'debug' 'info' 'warn' 'error'
            hint: run `backupfn list --help`

            """,
            2),

        new("",
            "",
            """
            error: required command was not provided
            hint: run `backupfn --help`

            """,
            2),

        new("keys",
            "",
            """
            error: required command was not provided
            hint: run `backupfn keys --help`

            """,
            2),

        new("list",
            "",
            """
            error: read settings: 2 problems
              BACKUP_PARALLELISM is not a whole number from 1 to 64; example: BACKUP_PARALLELISM=4
              IPFS_NODE_1_URL is not set; example: IPFS_NODE_1_URL=file:///var/backups/vault-1
            hint: set it in the environment, or in a .env file in the working directory; `backupfn config` shows what is set

            """,
            2)
        {
            Settings = ["BACKUP_PARALLELISM=x", "IPFS_NODE_1_URL="],
        },

        new("list",
            "",
            """
            warning: IPFS_NODE1_URL is not a setting and has no effect: did you mean IPFS_NODE_1_URL?
            error: read settings: IPFS_NODE_1_URL is not set; example: IPFS_NODE_1_URL=file:///var/backups/vault-1
            hint: set it in the environment, or in a .env file in the working directory; `backupfn config` shows what is set

            """,
            2)
        {
            Settings = ["IPFS_NODE1_URL=file:///v1", "IPFS_NODE_1_URL="],
        },

        new("list --json",
            "",
            """
            {"message_type":"error","kind":"configuration","message":"read settings: 2 problems\n  BACKUP_PARALLELISM is not a whole number from 1 to 64; example: BACKUP_PARALLELISM=4\n  IPFS_NODE_1_URL is not set; example: IPFS_NODE_1_URL=file:///var/backups/vault-1","hint":"set it in the environment, or in a .env file in the working directory; `backupfn config` shows what is set","exit_code":2}

            """,
            2)
        {
            Settings = ["BACKUP_PARALLELISM=x", "IPFS_NODE_1_URL="],
        },

        new("alerts test",
            """
            CHANNEL  TO                         RESULT
            webhook  hooks.example.com (slack)  post alert to WEBHOOK_URL hooks.example.com (slack): the receiver answered 404
                                                hint: look whether it is valid
            smtp     mail.example.com:587       sent

            """,
            """
            error: send a test alert: 1 of 2 channels did not take it

            """,
            1)
        {
            Engine = new()
            {
                Receivers =
                [
                    new("webhook", "hooks.example.com (slack)", "post alert to WEBHOOK_URL hooks.example.com (slack): the receiver answered 404", "look whether it is valid"),
                    new("smtp", "mail.example.com:587", null, null),
                ],
            },
        },

        new("alerts test",
            "",
            """
            error: send a test alert: no channel is set
            hint: set WEBHOOK_URL, or SMTP_HOST, SMTP_FROM and SMTP_TO

            """,
            2)
        {
            Engine = new() { Receivers = [] },
        },

        new("doctor",
            """
            CHECK     STATUS  FINDING
            settings  failed  IPFS_NODE_1_URL is not set
                              hint: for example IPFS_NODE_1_URL=file:///var/backups/vault-1

            """,
            """
            error: check for a backup: 1 of 1 findings would make it fail

            """,
            2)
        {
            Settings = ["IPFS_NODE_1_URL="],
        },

        new("doctor",
            """
            CHECK     STATUS  FINDING
            settings  failed  IPFS_NODE_1_URL is not set
                              hint: for example IPFS_NODE_1_URL=file:///var/backups/vault-1

            """,
            """
            warning: IPFS_NODE1_URL is not a setting and has no effect: did you mean IPFS_NODE_1_URL?
            error: check for a backup: 1 of 1 findings would make it fail

            """,
            2)
        {
            Settings = ["IPFS_NODE1_URL=file:///v1", "IPFS_NODE_1_URL="],
        },

        new("decrypt x.car",
            "",
            """
            error: read settings: BACKUP_ENCRYPTION_KEY is not set, and none of its other forms (_FILE, _COMMAND, BACKUP_ENCRYPTION_PASSPHRASE, BACKUP_ENCRYPTION_PASSPHRASE_FILE) is: make a key with `backupfn keys new --output FILE`; example: BACKUP_ENCRYPTION_KEY_FILE=/etc/backupfunctions/key
            hint: set it in the environment, or in a .env file in the working directory; `backupfn config` shows what is set

            """,
            2)
        {
            Settings = ["BACKUP_ENCRYPTION_KEY="],
        },

        new("show b-9",
            "",
            """
            error: find backup b-9: no such id
            hint: `backupfn list` shows what there is

            """,
            10)
        {
            Engine = new() { Failure = new BackupException(ErrorKind.NotFound, "find backup b-9: no such id", "`backupfn list` shows what there is") },
        },

        new("show b-9 --json",
            "",
            """
            {"message_type":"error","kind":"not_found","message":"find backup b-9: no such id","hint":"`backupfn list` shows what there is","exit_code":10}

            """,
            10)
        {
            Engine = new() { Failure = new BackupException(ErrorKind.NotFound, "find backup b-9: no such id", "`backupfn list` shows what there is") },
        },

        new("show b-9",
            "",
            """
            error: show b-9: gone

            """,
            1)
        {
            Engine = new() { Failure = new BackupException(ErrorKind.Failed, "show b-9: gone") },
        },

        new("show b-9",
            "",
            """
            error: show b-9: gone

            """,
            3)
        {
            Engine = new() { Failure = new BackupException(ErrorKind.Partial, "show b-9: gone") },
        },

        new("show b-9",
            "",
            """
            error: show b-9: gone

            """,
            11)
        {
            Engine = new() { Failure = new BackupException(ErrorKind.Locked, "show b-9: gone") },
        },

        new("show b-9",
            "",
            """
            error: show b-9: gone

            """,
            12)
        {
            Engine = new() { Failure = new BackupException(ErrorKind.WrongKey, "show b-9: gone") },
        },

        new("show b-9",
            "",
            """
            error: show b-9: gone

            """,
            13)
        {
            Engine = new() { Failure = new BackupException(ErrorKind.Corrupt, "show b-9: gone") },
        },

        new("show b-9",
            "",
            """
            error: show b-9: gone

            """,
            14)
        {
            Engine = new() { Failure = new BackupException(ErrorKind.OplogGap, "show b-9: gone") },
        },

        new("backup",
            "",
            """
            error: lock repository: held by run r-1
            hint: wait for it to end

            """,
            11)
        {
            Engine = new() { Failure = new ActivityFailedException("UploadToNode", ErrorKind.Locked, "lock repository: held by run r-1", "wait for it to end") },
        },

        new("backup -q",
            "",
            """
            error: upload segment 3: no space left on device

            """,
            1)
        {
            Engine = new() { Failure = new BackupException(ErrorKind.Failed, "upload segment 3", inner: new IOException("no space left on device")) },
        },

        new("backup",
            "",
            """
            error: no space left on device

            """,
            1)
        {
            Engine = new() { Failure = new IOException("no space left on device") },
        },

        new("backup",
            "",
            """
            error: unexpected InvalidOperationException: cannot use **** at mongodb://x:****@h with ****

            """,
            1)
        {
            Engine = new() { Failure = new InvalidOperationException($"cannot use {TestSettings.Key} at mongodb://x:{TestSettings.Password}@h with {TestSettings.Token}") },
        },

        new("backup --json",
            "",
            """
            {"message_type":"error","kind":"failed","message":"unexpected InvalidOperationException: cannot use **** at mongodb://x:****@h with ****","hint":null,"exit_code":1}

            """,
            1)
        {
            Engine = new() { Failure = new InvalidOperationException($"cannot use {TestSettings.Key} at mongodb://x:{TestSettings.Password}@h with {TestSettings.Token}") },
        },

        new("backup",
            """
            id           b-2
            type         full
            state        degraded
            root         bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku
            started      2026-07-01 02:00:00Z
            took         1m 15s
            collections  12
            documents    50,000
            size         11.8 MiB
            stored       3.8 MiB
            consistent   1782871275:4
            oplog        1782871190:1 to 1782871275:4
            node         IPFS_NODE_1_URL: pinned, 1,200 blocks verified
            node         IPFS_NODE_2_URL: connection refused

            """,
            """
            error: copy backup b-2 to both nodes: no verified copy on IPFS_NODE_2_URL
            hint: the backup is recorded and can be restored; when the node is back, `backupfn resume` makes its copy

            """,
            3)
        {
            Engine = new() { State = BackupState.Degraded },
        },

        new("backup --json",
            """
            {"message_type":"backup_result","backup":{"id":"b-2","type":"full","state":"degraded","started_at":"2026-07-01T02:00:00Z","finished_at":"2026-07-01T02:01:15Z","collections":12,"documents":50000,"bytes":12345678,"stored_bytes":4000000,"root":"bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku","consistent_at":"1782871275:4","oplog_after":"1782871190:1","oplog_through":"1782871275:4"},"nodes":[{"node":"IPFS_NODE_1_URL","pinned":true,"verified_blocks":1200,"fault":null},{"node":"IPFS_NODE_2_URL","pinned":false,"verified_blocks":0,"fault":"connection refused"}],"warnings":[]}

            """,
            """
            {"message_type":"error","kind":"partial","message":"copy backup b-2 to both nodes: no verified copy on IPFS_NODE_2_URL","hint":"the backup is recorded and can be restored; when the node is back, `backupfn resume` makes its copy","exit_code":3}

            """,
            3)
        {
            Engine = new() { State = BackupState.Degraded },
        },

        new("restore-full latest --uri mongodb://h",
            """
            NAMESPACE    KIND        DOCUMENTS      SIZE  INDEXES
            shop.orders  collection     50,000  11.8 MiB        3
            shop.recent  view                0       0 B        0
            restored 50,000 documents (11.8 MiB) in 2 namespaces from bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku

            """,
            """
            warning: index sku_1 of shop.orders is missing
            error: compare restored data: 1 namespaces differ from the source

            """,
            13)
        {
            Engine = new() { Differences = ["index sku_1 of shop.orders is missing"] },
        },

        new("verify",
            """
            b-2  bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku
            NODE             PINNED  BLOCKS  CHECKED  MISSING  DAMAGED  FAULT
            IPFS_NODE_1_URL  yes      1,200       60        0        0
            IPFS_NODE_2_URL  yes      1,200       60        0        2

            """,
            """
            error: verify b-2: 2 blocks have wrong bytes
            hint: `backupfn scrub --all` brings the good ones from another copy

            """,
            13)
        {
            Engine = new() { SecondNode = new("IPFS_NODE_2_URL", true, 1200, 60, 0, 2, null) },
        },

        new("verify",
            """
            b-2  bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku
            NODE             PINNED  BLOCKS  CHECKED  MISSING  DAMAGED  FAULT
            IPFS_NODE_1_URL  yes      1,200       60        0        0
            IPFS_NODE_2_URL  yes      1,200       60        5        0

            """,
            """
            error: verify b-2: no whole copy on IPFS_NODE_2_URL
            hint: when the node answers, `backupfn resume` makes a copy that is missing, and `backupfn scrub --all` brings blocks that are

            """,
            3)
        {
            Engine = new() { SecondNode = new("IPFS_NODE_2_URL", true, 1200, 60, 5, 0, null) },
        },

        new("verify --json",
            """
            {"message_type":"verify_result","id":"b-2","root":"bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku","sample_percent":100,"nodes":[{"node":"IPFS_NODE_1_URL","pinned":true,"blocks":1200,"checked":60,"missing":0,"damaged":0,"fault":null},{"node":"IPFS_NODE_2_URL","pinned":false,"blocks":0,"checked":0,"missing":0,"damaged":0,"fault":"connection refused"}]}

            """,
            """
            {"message_type":"error","kind":"partial","message":"verify b-2: no whole copy on IPFS_NODE_2_URL","hint":"when the node answers, `backupfn resume` makes a copy that is missing, and `backupfn scrub --all` brings blocks that are","exit_code":3}

            """,
            3)
        {
            Engine = new() { SecondNode = new("IPFS_NODE_2_URL", false, 0, 0, 0, 0, "connection refused") },
        },

        new("scrub",
            """
            COPY             SLICE   CHECKED  HEALED  REPINNED  LOST  UNHEALED  FAULT
            IPFS_NODE_1_URL  2 of 4      300       0         0     0         0
            IPFS_NODE_2_URL  2 of 4      298       0         0     2         0

            """,
            """
            error: scrub: no copy has 2 blocks, which these backups need: b-2
            hint: make a full backup: it stores anew what is still in the source

            """,
            13)
        {
            Engine = new() { SecondScrub = new("IPFS_NODE_2_URL", 2, 4, 298, 0, 0, 2, 0, "block bafy: not held", null) },
        },

        new("scrub",
            """
            COPY             SLICE   CHECKED  HEALED  REPINNED  LOST  UNHEALED  FAULT
            IPFS_NODE_1_URL  2 of 4      300       0         0     0         0
            IPFS_NODE_2_URL  1 of 4        0       0         0     0         0  connection refused

            """,
            """
            error: scrub: IPFS_NODE_2_URL: connection refused
            hint: repair the node and scrub again

            """,
            3)
        {
            Engine = new() { SecondScrub = new("IPFS_NODE_2_URL", 1, 4, 0, 0, 0, 0, 0, null, "connection refused") },
        },

        new("drill --json",
            """
            {"message_type":"drill_result","backup":"b-2","point":"1782871275:4","outcome":"failed","seconds":12.5,"documents":1200,"bytes":45000,"reason":"read block bafy: not held"}

            """,
            """
            {"message_type":"error","kind":"corrupt","message":"restore backup b-2 for trial: read block bafy: not held","hint":"`backupfn scrub --all` tells what is damaged","exit_code":13}

            """,
            13)
        {
            Engine = new() { DrillFailure = "read block bafy: not held" },
        },

        new("doctor",
            """
            CHECK    STATUS  FINDING
            mongodb  ok      rs0, 3 members, 8.0.4
            oplog    failed  holds 20 hours
                             hint: make it hold 48 hours or more

            """,
            """
            error: check for a backup: 1 of 2 findings would make it fail

            """,
            1)
        {
            Engine = new() { OplogCheck = FindingStatus.Failed },
        },

        new("backup incremental",
            """
            nothing was written that needs a backup

            """,
            """
            error: continue the oplog behind 1782871275:4: the oplog begins later; a new full backup was made
            hint: `backupfn windows` shows what can be restored; a larger oplog or shorter intervals keep it from happening

            """,
            14)
        {
            Engine = new() { Increment = new([], null, null, [new("1782871275:4", null, "rolled_over")], []) },
        },

        new("backup incremental --json",
            """
            {"message_type":"incremental_result","backups":[],"covered_through":null,"covered_time":null,"gaps":[{"after":"1782957600:1","resumes":"1782871275:4","reason":"rolled_back"}],"warnings":[]}

            """,
            """
            {"message_type":"error","kind":"oplog_gap","message":"continue the oplog behind 1782957600:1: this entry was rolled back; the chain goes on behind 1782871275:4","hint":"`backupfn windows` shows what can be restored; a larger oplog or shorter intervals keep it from happening","exit_code":14}

            """,
            14)
        {
            Engine = new() { Increment = new([], null, null, [new("1782957600:1", "1782871275:4", "rolled_back")], []) },
        },

        new("backup differential",
            "",
            """
            error: argument 'differential' not recognized. Must be one of: 'full' 'incremental'
            hint: run `backupfn backup --help`

            """,
            2),
    ];
}
