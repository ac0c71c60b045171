using BackupFunctions.Cli.Commands.Messages;
using BackupFunctions.Recovery;

namespace BackupFunctions.Tests.Cli;

/// <summary>Commands that succeed: their tables and their JSON.</summary>
internal static class ResultCases
{
    public static IReadOnlyList<CliCase> All { get; } =
    [
        new("backup",
            """
            id           b-2
            type         full
            state        complete
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
            node         IPFS_NODE_2_URL: pinned, 60 blocks verified

            """),

        new("resume",
            """
            BACKUP  DONE    NODE             VERIFIED
            s-1     stored  IPFS_NODE_1_URL         9
            s-1     stored  IPFS_NODE_2_URL         9
            b-2     copied  IPFS_NODE_2_URL     1,200

            """) { Engine = new() { Resumed = new(new FakeEngine().Increment.Backups, [new("b-2", "IPFS_NODE_2_URL", 1200)], [], false, []) } },

        new("resume --json",
            """
            {"message_type":"resume_result","backups":[],"copies":[{"backup":"b-2","node":"IPFS_NODE_2_URL","verified_blocks":1200}],"problems":[],"more":false,"warnings":[]}

            """) { Engine = new() { Resumed = new([], [new("b-2", "IPFS_NODE_2_URL", 1200)], [], false, []) } },

        new("resume", "nothing waits, and no copy is missing\n"),

        new("resume", "",
            """
            error: finish uploads: backup b-2: import on IPFS_NODE_2_URL: connection refused
            hint: what is left stays where it is; repair the node and run `backupfn resume` again

            """, 3) { Engine = new() { Resumed = new([], [], ["backup b-2: import on IPFS_NODE_2_URL: connection refused"], false, []) } },

        new("resume", "",
            """
            warning: more copies are missing than one run makes: run it again

            """) { Engine = new() { Resumed = new([], [], [], true, []) } },

        new("recover",
            """
            repository    00112233445566778899aabbccddeeff
            revision      7
            manifest      bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku
            catalogue     recovered; it knew revision 5
            backups       2
            latest        b-2 full, started 2026-07-01 02:00:00Z
            root          bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku
            merged        bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku
            listed again  b-1

            """,
            """
            warning: revision 6 was beside the chain
            note: `backupfn resume` makes the copies that are missing

            """),

        new("recover --node https://ipfs-1.example:5001 --dry-run --json",
            """
            {"message_type":"recover_result","outcome":"found","repository":"00112233445566778899aabbccddeeff","revision":7,"manifest":"bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku","catalogue_revision":null,"merged":[],"relisted":[],"backups":0,"latest":null,"unanswered":["IPFS_NODE_2_URL: connection refused"],"warnings":[]}

            """,
            """
            {"message_type":"error","kind":"partial","message":"recover from every node: IPFS_NODE_2_URL: connection refused","hint":"what only that node knows is not in the catalogue: recover again when it is back; one that is gone for good is left out with --node","exit_code":3}

            """, 3) { Engine = new() { Recovered = new(RecoveryOutcome.Found, "00112233445566778899aabbccddeeff", 7, FakeEngine.Root, null, [], [], 0, null, ["IPFS_NODE_2_URL: connection refused"], []) } },

        new("backup full --json",
            """
            {"message_type":"backup_result","backup":{"id":"b-2","type":"full","state":"complete","started_at":"2026-07-01T02:00:00Z","finished_at":"2026-07-01T02:01:15Z","collections":12,"documents":50000,"bytes":12345678,"stored_bytes":4000000,"root":"bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku","consistent_at":"1782871275:4","oplog_after":"1782871190:1","oplog_through":"1782871275:4"},"nodes":[{"node":"IPFS_NODE_1_URL","pinned":true,"verified_blocks":1200,"fault":null},{"node":"IPFS_NODE_2_URL","pinned":true,"verified_blocks":60,"fault":null}],"warnings":[]}

            """),

        new("retention --dry-run",
            """
            ID   TYPE         STARTED (UTC)            STORED         WHY
            b-1  full         2026-03-23 02:00:00Z  976.6 KiB  stays  weekly 2026-W12; newest before the last 90 days
            s-1  incremental  2026-03-24 02:00:00Z  976.6 KiB  goes   full backup b-1 before it is kept as a snapshot, and no rule keeps the points behind it
            b-2  full         2026-07-01 02:00:00Z  976.6 KiB  stays  within 90 days; newest full backup
            1 of 3 backups would go (976.6 KiB stored for them, some of it shared)
            every point that can be restored since 2026-04-02 02:00:00Z stays so

            """),

        new("retention",
            """
            ID   TYPE         STARTED (UTC)            STORED           WHY
            s-1  incremental  2026-03-24 02:00:00Z  976.6 KiB  removed  its full backup goes
            and 1 more
            kept      2
            removed   2 (1.4 MiB stored for them, some of it shared)
            unpinned  3
            in grace  4
            pending   0
            guards    1
            local     0
            freed     4.8 MiB

            """),

        new("retention --json",
            """
            {"message_type":"retention_result","kept":2,"removed":2,"removed_bytes":1500000,"items":[{"id":"s-1","type":"incremental","started_at":"2026-03-24T02:00:00Z","stored_bytes":1000000,"keep":false,"reasons":["its full backup goes"]}],"unpinned":3,"waiting":4,"pending":0,"guards_released":1,"local_unpinned":0,"collected_bytes":5000000,"problems":[],"warnings":[]}

            """),

        new("retention --json",
            """
            {"message_type":"retention_result","kept":2,"removed":2,"removed_bytes":1500000,"items":[{"id":"s-1","type":"incremental","started_at":"2026-03-24T02:00:00Z","stored_bytes":1000000,"keep":false,"reasons":["its full backup goes"]}],"unpinned":3,"waiting":4,"pending":1,"guards_released":1,"local_unpinned":0,"collected_bytes":5000000,"problems":["unpin on IPFS_NODE_2_URL: connection refused"],"warnings":[]}

            """,
            """
            {"message_type":"error","kind":"partial","message":"carry out retention: unpin on IPFS_NODE_2_URL: connection refused","hint":"what is left is done by the next run; repair the node","exit_code":3}

            """, 3) { Engine = new() { RetentionProblems = ["unpin on IPFS_NODE_2_URL: connection refused"] } },

        new("remove b-1",
            """
            ID   TYPE         STARTED (UTC)            STORED           WHY
            b-1  full         2026-03-23 02:00:00Z  976.6 KiB  removed  asked for
            s-1  incremental  2026-03-24 02:00:00Z  976.6 KiB  removed  backup b-1, which it needs, was removed

            """),

        new("protect b-1", "backup b-1 is protected\n"),

        new("unprotect b-1 --json",
            """
            {"message_type":"protect_result","id":"b-1","protected":false,"warnings":[]}

            """),

        new("list",
            """
            restorable: 2026-07-01 02:01:15Z to 2026-07-02 02:00:00Z
            gap: 2026-07-02 02:00:00Z to now (rolled_over)
            last proven restore: none yet

            ID   TYPE  STATE     STARTED (UTC)           TOOK  DOCUMENTS      SIZE   STORED  OPTIME        ROOT
            b-2  full  complete  2026-07-01 02:00:00Z  1m 15s     50,000  11.8 MiB  3.8 MiB  1782871275:4  bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku
            b-1  full  complete  2026-06-24 02:00:00Z  1m 15s          7  11.8 MiB    900 B  1782871275:4  bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku

            """),

        new("list --json",
            """
            {"message_type":"backup","id":"b-2","type":"full","state":"complete","started_at":"2026-07-01T02:00:00Z","finished_at":"2026-07-01T02:01:15Z","collections":12,"documents":50000,"bytes":12345678,"stored_bytes":4000000,"root":"bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku","consistent_at":"1782871275:4","oplog_after":"1782871190:1","oplog_through":"1782871275:4"}
            {"message_type":"backup","id":"b-1","type":"full","state":"complete","started_at":"2026-06-24T02:00:00Z","finished_at":"2026-06-24T02:01:15Z","collections":12,"documents":7,"bytes":12345678,"stored_bytes":900,"root":"bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku","consistent_at":"1782871275:4","oplog_after":"1782871190:1","oplog_through":"1782871275:4"}

            """),

        new("list",
            """
            restorable: 2026-07-01 02:01:15Z to 2026-07-02 02:00:00Z
            gap: 2026-07-02 02:00:00Z to now (rolled_over)
            last proven restore: 2026-07-01 05:00:00Z of backup b-2

            ID   TYPE  STATE     STARTED (UTC)           TOOK  DOCUMENTS      SIZE   STORED  OPTIME        ROOT
            b-1  full  complete  2026-06-24 02:00:00Z  1m 15s     50,000  11.8 MiB  3.8 MiB  1782871275:4  bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku

            """)
        {
            Engine = new() { Backups = [FakeEngine.Summary("b-1", BackupState.Complete, -7)], LastProven = new(new(2026, 7, 1, 5, 0, 0, TimeSpan.Zero), "b-2") },
        },

        new("list --json",
            """
            {"message_type":"backup","id":"b-1","type":"full","state":"complete","started_at":"2026-06-24T02:00:00Z","finished_at":"2026-06-24T02:01:15Z","collections":12,"documents":50000,"bytes":12345678,"stored_bytes":4000000,"root":"bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku","consistent_at":"1782871275:4","oplog_after":"1782871190:1","oplog_through":"1782871275:4"}
            {"message_type":"last_proven","at":"2026-07-01T05:00:00Z","backup":"b-2"}

            """)
        {
            Engine = new() { Backups = [FakeEngine.Summary("b-1", BackupState.Complete, -7)], LastProven = new(new(2026, 7, 1, 5, 0, 0, TimeSpan.Zero), "b-2") },
        },

        new("list --type full --since 2026-07-01",
            """
            restorable: 2026-07-01 02:01:15Z to 2026-07-02 02:00:00Z
            gap: 2026-07-02 02:00:00Z to now (rolled_over)
            last proven restore: none yet

            ID   TYPE  STATE     STARTED (UTC)           TOOK  DOCUMENTS      SIZE   STORED  OPTIME        ROOT
            b-2  full  complete  2026-07-01 02:00:00Z  1m 15s     50,000  11.8 MiB  3.8 MiB  1782871275:4  bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku
            b-1  full  complete  2026-06-24 02:00:00Z  1m 15s          7  11.8 MiB    900 B  1782871275:4  bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku

            """),

        new("list --type incremental --since 2026-07-01T02:00:00Z --quiet",
            """
            restorable: 2026-07-01 02:01:15Z to 2026-07-02 02:00:00Z
            gap: 2026-07-02 02:00:00Z to now (rolled_over)
            last proven restore: none yet

            ID   TYPE  STATE     STARTED (UTC)           TOOK  DOCUMENTS      SIZE   STORED  OPTIME        ROOT
            b-2  full  complete  2026-07-01 02:00:00Z  1m 15s     50,000  11.8 MiB  3.8 MiB  1782871275:4  bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku
            b-1  full  complete  2026-06-24 02:00:00Z  1m 15s          7  11.8 MiB    900 B  1782871275:4  bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku

            """),

        new("stats",
            """
            TYPE         BACKUPS  FAILED  SUCCESS      SIZE   STORED        NEW  RATIO  DEDUP  MEDIAN  LONGEST  LAST (UTC)
            full              52       2    96.3%  11.5 GiB  3.7 GiB  953.7 MiB   3.1x   4.0x  1m 15s   2m 30s  2026-07-01 02:00:00Z
            incremental        0       1     0.0%       0 B      0 B        0 B                  0.0s     0.0s

            """),

        new("stats --type incremental --json",
            """
            {"message_type":"statistics","type":"incremental","backups":0,"degraded":0,"failures":1,"success_rate":0,"bytes":0,"stored_bytes":0,"new_bytes":0,"compression_ratio":null,"deduplication_ratio":null,"median_seconds":0,"longest_seconds":0,"last_success":null}

            """)
        {
            Engine = new() { Types = [new(BackupType.Incremental, 0, 0, 1, 0, 0, 0, 0, null, null, 0, 0, null)] },
        },

        new("stats",
            "",
            """
            note: no backups

            """)
        {
            Engine = new() { Types = [] },
        },

        new("show b-2",
            """
            id           b-2
            type         full
            state        complete
            root         bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku
            started      2026-07-01 02:00:00Z
            took         1m 15s
            collections  12
            documents    50,000
            size         11.8 MiB
            stored       3.8 MiB
            consistent   1782871275:4
            oplog        1782871190:1 to 1782871275:4
            server       8.0.4
            optime       1782871190:1
            epoch        1
            node         IPFS_NODE_1_URL: pinned, 1,200 blocks verified
            node         IPFS_NODE_2_URL: pinned, 60 blocks verified

            NAMESPACE          KIND        DOCUMENTS      SIZE  INDEXES
            shop.orders        collection     50,000  11.8 MiB        3
            shop.名前          collection          1      10 B        1
            shop.a\u001b[31mb  view                0       0 B        0

            """),

        new("show latest --json",
            """
            {"message_type":"backup_details","backup":{"id":"b-2","type":"full","state":"complete","started_at":"2026-07-01T02:00:00Z","finished_at":"2026-07-01T02:01:15Z","collections":12,"documents":50000,"bytes":12345678,"stored_bytes":4000000,"root":"bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku","consistent_at":"1782871275:4","oplog_after":"1782871190:1","oplog_through":"1782871275:4"},"server_version":"8.0.4","start_optime":"1782871190:1","epoch":1,"nodes":[{"node":"IPFS_NODE_1_URL","pinned":true,"verified_blocks":1200,"fault":null},{"node":"IPFS_NODE_2_URL","pinned":true,"verified_blocks":60,"fault":null}],"namespaces":[{"namespace":"shop.orders","kind":"collection","documents":50000,"bytes":12345678,"indexes":3},{"namespace":"shop.名前","kind":"collection","documents":1,"bytes":10,"indexes":1},{"namespace":"shop.a\u001B[31mb","kind":"view","documents":0,"bytes":0,"indexes":0}]}

            """),

        new("download bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",
            """
            file    /work/bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku.car
            root    bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku
            blocks  1,200
            size    4.8 MiB

            """),

        new("download bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku --output x.car --json",
            """
            {"message_type":"download_result","cid":"bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku","path":"/work/x.car","blocks":1200,"bytes":5000000}

            """),

        new("export latest --car",
            """
            file     /work/latest.car
            root     bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku
            backups  b-2 s-1
            blocks   1,200
            size     4.8 MiB

            """),

        new("export b-2 --car --chain --output x.car --json",
            """
            {"message_type":"export_result","path":"/work/x.car","root":"bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku","backups":["b-2","s-1"],"blocks":1200,"bytes":5000000}

            """),

        new("import x.car y.car",
            """
            FILE   HOLDS  NODE             VERIFIED  FAULT
            x.car  s-1    IPFS_NODE_1_URL     1,200
            x.car  s-1    IPFS_NODE_2_URL     1,200
            y.car  s-1    IPFS_NODE_1_URL     1,200
            y.car  s-1    IPFS_NODE_2_URL     1,200

            """),

        new("import x.car --blocks-only --json",
            """
            {"message_type":"import_result","files":[{"path":"/work/x.car","backups":[],"root":"bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku","nodes":[{"node":"IPFS_NODE_1_URL","pinned":true,"verified_blocks":1200,"fault":null},{"node":"IPFS_NODE_2_URL","pinned":true,"verified_blocks":1200,"fault":null}]}]}

            """),

        new("decrypt x.car",
            """
            directory      /work/dump
            collections    2
            documents      50,001
            oplog entries  0
            size           11.8 MiB

            """),

        new("decrypt x.car -o out --json",
            """
            {"message_type":"decrypt_result","output":"/work/out","collections":2,"documents":50001,"oplog_entries":0,"bytes":12345688}

            """),

        new("restore dump --uri mongodb://h",
            """
            NAMESPACE    KIND        DOCUMENTS      SIZE  INDEXES
            shop.orders  collection     50,000  11.8 MiB        3
            shop.recent  view                0       0 B        0
            restored 50,000 documents (11.8 MiB) in 2 namespaces from /work/dump

            """),

        new("restore dump --json --uri mongodb://u:pw123@h",
            """
            {"message_type":"restore_result","source":"/work/dump","dry_run":false,"documents":50000,"bytes":12345678,"compared":false,"mismatches":0,"oplog":null,"replay":null,"namespaces":[{"namespace":"shop.orders","kind":"collection","documents":50000,"bytes":12345678,"indexes":3,"differences":[]},{"namespace":"shop.recent","kind":"view","documents":0,"bytes":0,"indexes":0,"differences":[]}],"warnings":[]}

            """),

        new("restore dump --uri mongodb://h --ns-include shop.* --ns-include crm.*",
            """
            NAMESPACE    KIND        DOCUMENTS      SIZE  INDEXES
            shop.orders  collection     50,000  11.8 MiB        3
            shop.recent  view                0       0 B        0
            restored 50,000 documents (11.8 MiB) in 2 namespaces from /work/dump

            """),

        new("restore-full latest --uri mongodb://h --dry-run",
            """
            NAMESPACE    KIND        DOCUMENTS      SIZE  INDEXES
            shop.orders  collection     50,000  11.8 MiB        3
            shop.recent  view                0       0 B        0
            would restore 50,000 documents (11.8 MiB) in 2 namespaces from bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku

            """),

        new("restore-full bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku --uri mongodb://h --drop --json",
            """
            {"message_type":"restore_result","source":"bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku","dry_run":false,"documents":50000,"bytes":12345678,"compared":false,"mismatches":0,"oplog":null,"replay":null,"namespaces":[{"namespace":"shop.orders","kind":"collection","documents":50000,"bytes":12345678,"indexes":3,"differences":[]},{"namespace":"shop.recent","kind":"view","documents":0,"bytes":0,"indexes":0,"differences":[]}],"warnings":[]}

            """),

        new("verify",
            """
            b-2  bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku
            NODE             PINNED  BLOCKS  CHECKED  MISSING  DAMAGED  FAULT
            IPFS_NODE_1_URL  yes      1,200       60        0        0
            IPFS_NODE_2_URL  yes      1,200       60        0        0

            """),

        new("verify latest --sample 5% --json",
            """
            {"message_type":"verify_result","id":"b-2","root":"bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku","sample_percent":5,"nodes":[{"node":"IPFS_NODE_1_URL","pinned":true,"blocks":1200,"checked":60,"missing":0,"damaged":0,"fault":null},{"node":"IPFS_NODE_2_URL","pinned":true,"blocks":1200,"checked":60,"missing":0,"damaged":0,"fault":null}]}

            """),

        new("scrub",
            """
            COPY             SLICE   CHECKED  HEALED  REPINNED  LOST  UNHEALED  FAULT
            IPFS_NODE_1_URL  2 of 4      300       0         0     0         0
            IPFS_NODE_2_URL  2 of 4      300       0         0     0         0

            """),

        new("scrub --all --json",
            """
            {"message_type":"scrub_result","affected":[],"copies":[{"node":"IPFS_NODE_1_URL","slice":2,"slices":4,"checked":300,"healed":0,"repinned":0,"lost":0,"unhealed":0,"problem":null,"fault":null},{"node":"IPFS_NODE_2_URL","slice":2,"slices":4,"checked":300,"healed":0,"repinned":0,"lost":0,"unhealed":0,"problem":null,"fault":null}]}

            """),

        new("drill --json",
            """
            {"message_type":"drill_result","backup":"b-2","point":"1782871275:4","outcome":"proven","seconds":12.5,"documents":1200,"bytes":45000,"reason":null}

            """),

        new("alerts test",
            """
            CHANNEL  TO                           RESULT
            webhook  hooks.example.com (generic)  sent
            smtp     mail.example.com:587         sent

            """),

        new("alerts test --json",
            """
            {"message_type":"alerts_test_result","channels":[{"channel":"webhook","target":"hooks.example.com (generic)","fault":null,"hint":null},{"channel":"smtp","target":"mail.example.com:587","fault":null,"hint":null}]}

            """),

        new("doctor",
            """
            CHECK    STATUS   FINDING
            mongodb  ok       rs0, 3 members, 8.0.4
            oplog    warning  holds 20 hours
                              hint: make it hold 48 hours or more

            """),

        new("doctor --json",
            """
            {"message_type":"doctor_result","findings":[{"check":"mongodb","status":"ok","message":"rs0, 3 members, 8.0.4","hint":null},{"check":"oplog","status":"warning","message":"holds 20 hours","hint":"make it hold 48 hours or more"}]}

            """),

        new("list",
            "",
            """
            note: no backups

            """)
        {
            Engine = new() { Backups = [] },
        },

        new("list --json",
            "")
        {
            Engine = new() { Backups = [] },
        },

        new("list -q",
            "")
        {
            Engine = new() { Backups = [] },
        },

        new("restore-full latest --uri mongodb://h",
            """
            NAMESPACE    KIND        DOCUMENTS      SIZE  INDEXES
            shop.orders  collection     50,000  11.8 MiB        3
            shop.recent  view                0       0 B        0
            restored 50,000 documents (11.8 MiB) in 2 namespaces from bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku

            """)
        {
            Settings = ["MONGODB_URI="],
        },

        new("restore dump --uri mongodb://h",
            """
            NAMESPACE    KIND        DOCUMENTS      SIZE  INDEXES
            shop.orders  collection     50,000  11.8 MiB        3
            shop.recent  view                0       0 B        0
            restored 50,000 documents (11.8 MiB) in 2 namespaces from /work/dump

            """)
        {
            Settings = ["MONGODB_URI=", "BACKUP_ENCRYPTION_KEY=", "IPFS_NODE_1_URL=", "IPFS_NODE_2_URL="],
        },

        new("doctor",
            """
            CHECK    STATUS   FINDING
            mongodb  ok       rs0, 3 members, 8.0.4
            oplog    warning  holds 20 hours
                              hint: make it hold 48 hours or more

            """,
            """
            warning: IPFS_NODE_2_TOKEN has no effect: IPFS_NODE_2_URL is a directory
            warning: IPFS_NODE_1_URI is not a setting and has no effect: did you mean IPFS_NODE_1_URL?

            """)
        {
            Settings = ["IPFS_NODE_1_URI=x", "IPFS_NODE_2_URL=file:///v2"],
        },

        new("doctor --quiet",
            """
            CHECK    STATUS   FINDING
            mongodb  ok       rs0, 3 members, 8.0.4
            oplog    warning  holds 20 hours
                              hint: make it hold 48 hours or more

            """)
        {
            Settings = ["IPFS_NODE_1_URI=x"],
        },

        new("doctor --json",
            """
            {"message_type":"doctor_result","findings":[{"check":"mongodb","status":"ok","message":"rs0, 3 members, 8.0.4","hint":null},{"check":"oplog","status":"warning","message":"holds 20 hours","hint":"make it hold 48 hours or more"}]}

            """,
            """
            {"message_type":"warning","message":"IPFS_NODE_1_URI is not a setting and has no effect: did you mean IPFS_NODE_1_URL?"}

            """)
        {
            Settings = ["IPFS_NODE_1_URI=x"],
        },

        new("backup incremental --max-bytes 1000000",
            """
            id       s-1
            type     incremental
            state    complete
            root     bafybeihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku
            started  2026-07-02 02:00:00Z
            took     2.0s
            entries  40
            size     8.8 KiB
            stored   3.9 KiB
            oplog    1782871275:4 to 1782957600:1
            node     IPFS_NODE_1_URL: pinned, 9 blocks verified
            node     IPFS_NODE_2_URL: pinned, 9 blocks verified

            covered through 2026-07-02 02:00:00Z (1782957600:1)

            """),

        new("backup incremental --json",
            """
            {"message_type":"incremental_result","backups":[],"covered_through":"1782957600:1","covered_time":"2026-07-02T02:00:00Z","gaps":[],"warnings":[]}

            """)
        {
            Engine = new() { Increment = new([], "1782957600:1", new(2026, 7, 2, 2, 0, 0, TimeSpan.Zero), [], []) },
        },

        new("backup incremental --continuous --every 5m --max-bytes 4096",
            """
            nothing was written that needs a backup
            covered through 2026-07-02 02:00:00Z (1782957600:1)
            nothing was written that needs a backup
            covered through 2026-07-02 02:00:00Z (1782957600:1)

            """,
            """
            warning: read the oplog: no member answers; trying again in 2.0s (start the server)

            """)
        {
            Engine = new() { Increment = new([], "1782957600:1", new(2026, 7, 2, 2, 0, 0, TimeSpan.Zero), [], []) },
        },

        new("windows",
            """
                    FROM (UTC)            TO (UTC)              FROM OPTIME   TO OPTIME     SLICES  FULL BACKUP
            window  2026-07-01 02:01:15Z  2026-07-02 02:00:00Z  1782871275:4  1782957600:1       1  b-1
            gap     2026-07-02 02:00:00Z  now                   1782957600:1                        rolled_over

            """),

        new("windows --json",
            """
            {"message_type":"window","from":"1782871275:4","from_time":"2026-07-01T02:01:15Z","to":"1782957600:1","to_time":"2026-07-02T02:00:00Z","full":"b-1","slices":["b-2"]}
            {"message_type":"gap","after":"1782957600:1","after_time":"2026-07-02T02:00:00Z","before":null,"before_time":null,"reason":"rolled_over","detected_at":"2026-07-04T02:00:00Z"}

            """),

        new("windows",
            "",
            """
            note: no backup can be restored to a point in time

            """)
        {
            Engine = new() { Restorable = new([], []) },
        },
    ];
}
