namespace BackupFunctions.Tests.Cli;

/// <summary>The commands that need no engine.</summary>
internal static class KeyAndConfigCases
{
    public static IReadOnlyList<CliCase> All { get; } =
    [
        new("keys new",
            """
            ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1+f4CBgoM=

            """,
            """
            warning: keep a copy of this key in a safe place: without it no backup can ever be opened, and nobody can make it again

            """),

        new("keys new --json",
            """
            {"message_type":"key","key":"ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1+f4CBgoM="}

            """,
            """
            {"message_type":"warning","message":"keep a copy of this key in a safe place: without it no backup can ever be opened, and nobody can make it again"}

            """),

        new("keys new --quiet",
            """
            ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1+f4CBgoM=

            """),

        new("keys new --output key",
            """
            BACKUP_ENCRYPTION_KEY_FILE=/work/key

            """,
            """
            warning: keep a copy of this key in a safe place: without it no backup can ever be opened, and nobody can make it again

            """)
        {
            Files = ["key"],
        },

        new("keys new -o sub/key --json",
            """
            {"message_type":"key","path":"/work/sub/key","setting":"BACKUP_ENCRYPTION_KEY_FILE=/work/sub/key"}

            """,
            """
            {"message_type":"warning","message":"keep a copy of this key in a safe place: without it no backup can ever be opened, and nobody can make it again"}

            """)
        {
            Files = ["sub"],
        },

        new("config",
            """
            SETTING                                VALUE                                                     FROM
            MONGODB_URI                            mongodb://ada:****@db1.example.com:27017/?replicaSet=rs0  environment
            MONGODB_CATALOG_URI                    mongodb://ada:****@db1.example.com:27017/?replicaSet=rs0  default
            MONGODB_CATALOG_DATABASE               backup_catalog                                            default
            BACKUP_ENCRYPTION_KEY                  ****                                                      environment
            BACKUP_ENCRYPTION_KEY_FILE                                                                       not set
            BACKUP_ENCRYPTION_KEY_COMMAND                                                                    not set
            BACKUP_ENCRYPTION_PASSPHRASE                                                                     not set
            BACKUP_ENCRYPTION_PASSPHRASE_FILE                                                                not set
            BACKUP_NEW_ENCRYPTION_KEY                                                                        not set
            BACKUP_NEW_ENCRYPTION_KEY_FILE                                                                   not set
            BACKUP_NEW_ENCRYPTION_KEY_COMMAND                                                                not set
            BACKUP_NEW_ENCRYPTION_PASSPHRASE                                                                 not set
            BACKUP_NEW_ENCRYPTION_PASSPHRASE_FILE                                                            not set
            IPFS_NODE_1_URL                        file:///vaults/one                                        environment
            IPFS_NODE_1_TOKEN                                                                                not set
            IPFS_NODE_1_CA_FILE                                                                              not set
            IPFS_NODE_2_URL                        http://127.0.0.1:5001                                     environment
            IPFS_NODE_2_TOKEN                      ****                                                      environment
            IPFS_NODE_2_CA_FILE                                                                              not set
            IPFS_CLUSTER_NODE_1                                                                              not set
            IPFS_CLUSTER_NODE_1_TOKEN                                                                        not set
            IPFS_CLUSTER_NODE_1_CA_FILE                                                                      not set
            IPFS_CLUSTER_NODE_2                                                                              not set
            IPFS_CLUSTER_NODE_2_TOKEN                                                                        not set
            IPFS_CLUSTER_NODE_2_CA_FILE                                                                      not set
            IPFS_CLUSTER_REPLICATION               2                                                         default
            IPFS_GATEWAY_URL                                                                                 not set
            IPFS_TIMEOUT_SECONDS                   60                                                        default
            LOCAL_VAULT_PATH                                                                                 not set
            BACKUP_INCLUDE                                                                                   not set
            BACKUP_EXCLUDE                                                                                   not set
            BACKUP_STAGING                         /home/ada/.local/state/backupfunctions/staging            default
            BACKUP_STAGING_CONTAINER               backup-staging                                            default
            BACKUP_RECOVERY_KIT                    /home/ada/.local/state/backupfunctions/recovery-kit.json  default
            BACKUP_PARALLELISM                     2                                                         environment
            BACKUP_COMPRESSION_LEVEL               3                                                         default
            BACKUP_RATE_LIMIT                                                                                not set
            BACKUP_RETENTION_DAYS                  90                                                        default
            BACKUP_KEEP_LAST                       0                                                         default
            BACKUP_KEEP_DAILY                      0                                                         default
            BACKUP_KEEP_WEEKLY                     0                                                         default
            BACKUP_KEEP_MONTHLY                    0                                                         default
            BACKUP_KEEP_YEARLY                     0                                                         default
            RETENTION_GRACE_HOURS                  48                                                        default
            RETENTION_AFTER_BACKUP                 true                                                      default
            LOCAL_RETENTION_DAYS                   7                                                         default
            SCRUB_SHARE                            1/4                                                       default
            DRILL_URI                                                                                        not set
            FULL_BACKUP_SCHEDULE                   0 2 * * 0                                                 default
            INCREMENTAL_BACKUP_SCHEDULE            0 2 * * *                                                 default
            RESUME_SCHEDULE                        */15 * * * *                                              default
            RETENTION_SCHEDULE                     30 2 * * *                                                default
            SCRUB_SCHEDULE                         0 4 * * 6                                                 default
            DRILL_SCHEDULE                         0 5 1 * *                                                 default
            WATCH_SCHEDULE                         */5 * * * *                                               default
            WEBHOOK_URL                                                                                      not set
            WEBHOOK_URL_FILE                                                                                 not set
            WEBHOOK_FORMAT                                                                                   not set
            SMTP_HOST                                                                                        not set
            SMTP_PORT                                                                                        not set
            SMTP_TLS                                                                                         not set
            SMTP_USER                                                                                        not set
            SMTP_PASSWORD                                                                                    not set
            SMTP_PASSWORD_FILE                                                                               not set
            SMTP_FROM                                                                                        not set
            SMTP_TO                                                                                          not set
            ALERT_LEVEL                            info                                                      default
            ALERT_REPEAT_HOURS                     12                                                        default
            ALERT_MAX_PER_HOUR                     30                                                        default
            ALERT_NO_SUCCESS_HOURS                                                                           not set
            ALERT_OPLOG_HOURS                      6                                                         default
            ALERT_DEGRADED_HOURS                   6                                                         default
            LOG_FILE                                                                                         not set
            OTEL_EXPORTER_OTLP_ENDPOINT                                                                      not set
            OTEL_EXPORTER_OTLP_HEADERS                                                                       not set
            OTEL_EXPORTER_OTLP_PROTOCOL            grpc                                                      default
            BACKUP_LISTEN                          http://127.0.0.1:7071                                     default
            BACKUP_API_KEY                                                                                   not set
            BACKUP_API_KEY_FILE                                                                              not set
            BACKUP_JOURNAL                         /home/ada/.local/state/backupfunctions/journal.db         default

            """),

        new("keys list",
            """
            SLOT  KIND                        EPOCHS  OPENED BY
            1     key                         1       the key
            safe  passphrase (pbkdf2-sha512)  1       another

            """),

        new("keys rotate --re-encrypt --id 2026",
            """
            added                 2026
            removed               1
            slots now             2026
            epoch                 2
            revision              12
            backups sealed again  2
            pins removed          9

            """,
            """
            note: from now on set the new key as BACKUP_ENCRYPTION_KEY, or in the form that is in use, wherever backups are made or restored
            warning: it is complete when every node has collected its garbage (`ipfs repo gc`; vaults have done so): until then a node still holds what the old key opens. Copies that were taken before, of a node, a CAR file or a disk, cannot be revoked

            """),

        new("keys add --new-key-file a --new-passphrase-file b",
            "",
            """
            error: give one of --new-key-file, --new-key-command, --new-passphrase-file
            hint: run `backupfn keys add --help`

            """,
            2),

        new("keys add --new-key-file nowhere",
            "",
            """
            error: read --new-key-file: /work/nowhere does not exist
            hint: make a key with `backupfn keys new --output FILE`

            """,
            2),

        new("keys export --output keyring.json",
            """
            /work/keyring.json

            """)
        {
            Files = ["keyring.json"],
        },

        new("config --json",
            """
            {"message_type":"config","settings":[{"name":"MONGODB_URI","value":"mongodb://ada:****@db1.example.com:27017/?replicaSet=rs0","origin":"environment"},{"name":"MONGODB_CATALOG_URI","value":"mongodb://ada:****@db1.example.com:27017/?replicaSet=rs0","origin":"default"},{"name":"MONGODB_CATALOG_DATABASE","value":"backup_catalog","origin":"default"},{"name":"BACKUP_ENCRYPTION_KEY","value":"****","origin":"environment"},{"name":"BACKUP_ENCRYPTION_KEY_FILE","value":null,"origin":"not set"},{"name":"BACKUP_ENCRYPTION_KEY_COMMAND","value":null,"origin":"not set"},{"name":"BACKUP_ENCRYPTION_PASSPHRASE","value":null,"origin":"not set"},{"name":"BACKUP_ENCRYPTION_PASSPHRASE_FILE","value":null,"origin":"not set"},{"name":"BACKUP_NEW_ENCRYPTION_KEY","value":null,"origin":"not set"},{"name":"BACKUP_NEW_ENCRYPTION_KEY_FILE","value":null,"origin":"not set"},{"name":"BACKUP_NEW_ENCRYPTION_KEY_COMMAND","value":null,"origin":"not set"},{"name":"BACKUP_NEW_ENCRYPTION_PASSPHRASE","value":null,"origin":"not set"},{"name":"BACKUP_NEW_ENCRYPTION_PASSPHRASE_FILE","value":null,"origin":"not set"},{"name":"IPFS_NODE_1_URL","value":"file:///vaults/one","origin":"environment"},{"name":"IPFS_NODE_1_TOKEN","value":null,"origin":"not set"},{"name":"IPFS_NODE_1_CA_FILE","value":null,"origin":"not set"},{"name":"IPFS_NODE_2_URL","value":"http://127.0.0.1:5001","origin":"environment"},{"name":"IPFS_NODE_2_TOKEN","value":"****","origin":"environment"},{"name":"IPFS_NODE_2_CA_FILE","value":null,"origin":"not set"},{"name":"IPFS_CLUSTER_NODE_1","value":null,"origin":"not set"},{"name":"IPFS_CLUSTER_NODE_1_TOKEN","value":null,"origin":"not set"},{"name":"IPFS_CLUSTER_NODE_1_CA_FILE","value":null,"origin":"not set"},{"name":"IPFS_CLUSTER_NODE_2","value":null,"origin":"not set"},{"name":"IPFS_CLUSTER_NODE_2_TOKEN","value":null,"origin":"not set"},{"name":"IPFS_CLUSTER_NODE_2_CA_FILE","value":null,"origin":"not set"},{"name":"IPFS_CLUSTER_REPLICATION","value":"2","origin":"default"},{"name":"IPFS_GATEWAY_URL","value":null,"origin":"not set"},{"name":"IPFS_TIMEOUT_SECONDS","value":"60","origin":"default"},{"name":"LOCAL_VAULT_PATH","value":null,"origin":"not set"},{"name":"BACKUP_INCLUDE","value":null,"origin":"not set"},{"name":"BACKUP_EXCLUDE","value":null,"origin":"not set"},{"name":"BACKUP_STAGING","value":"/home/ada/.local/state/backupfunctions/staging","origin":"default"},{"name":"BACKUP_STAGING_CONTAINER","value":"backup-staging","origin":"default"},{"name":"BACKUP_RECOVERY_KIT","value":"/home/ada/.local/state/backupfunctions/recovery-kit.json","origin":"default"},{"name":"BACKUP_PARALLELISM","value":"2","origin":"environment"},{"name":"BACKUP_COMPRESSION_LEVEL","value":"3","origin":"default"},{"name":"BACKUP_RATE_LIMIT","value":null,"origin":"not set"},{"name":"BACKUP_RETENTION_DAYS","value":"90","origin":"default"},{"name":"BACKUP_KEEP_LAST","value":"0","origin":"default"},{"name":"BACKUP_KEEP_DAILY","value":"0","origin":"default"},{"name":"BACKUP_KEEP_WEEKLY","value":"0","origin":"default"},{"name":"BACKUP_KEEP_MONTHLY","value":"0","origin":"default"},{"name":"BACKUP_KEEP_YEARLY","value":"0","origin":"default"},{"name":"RETENTION_GRACE_HOURS","value":"48","origin":"default"},{"name":"RETENTION_AFTER_BACKUP","value":"true","origin":"default"},{"name":"LOCAL_RETENTION_DAYS","value":"7","origin":"default"},{"name":"SCRUB_SHARE","value":"1/4","origin":"default"},{"name":"DRILL_URI","value":null,"origin":"not set"},{"name":"FULL_BACKUP_SCHEDULE","value":"0 2 * * 0","origin":"default"},{"name":"INCREMENTAL_BACKUP_SCHEDULE","value":"0 2 * * *","origin":"default"},{"name":"RESUME_SCHEDULE","value":"*/15 * * * *","origin":"default"},{"name":"RETENTION_SCHEDULE","value":"30 2 * * *","origin":"default"},{"name":"SCRUB_SCHEDULE","value":"0 4 * * 6","origin":"default"},{"name":"DRILL_SCHEDULE","value":"0 5 1 * *","origin":"default"},{"name":"WATCH_SCHEDULE","value":"*/5 * * * *","origin":"default"},{"name":"WEBHOOK_URL","value":null,"origin":"not set"},{"name":"WEBHOOK_URL_FILE","value":null,"origin":"not set"},{"name":"WEBHOOK_FORMAT","value":null,"origin":"not set"},{"name":"SMTP_HOST","value":null,"origin":"not set"},{"name":"SMTP_PORT","value":null,"origin":"not set"},{"name":"SMTP_TLS","value":null,"origin":"not set"},{"name":"SMTP_USER","value":null,"origin":"not set"},{"name":"SMTP_PASSWORD","value":null,"origin":"not set"},{"name":"SMTP_PASSWORD_FILE","value":null,"origin":"not set"},{"name":"SMTP_FROM","value":null,"origin":"not set"},{"name":"SMTP_TO","value":null,"origin":"not set"},{"name":"ALERT_LEVEL","value":"info","origin":"default"},{"name":"ALERT_REPEAT_HOURS","value":"12","origin":"default"},{"name":"ALERT_MAX_PER_HOUR","value":"30","origin":"default"},{"name":"ALERT_NO_SUCCESS_HOURS","value":null,"origin":"not set"},{"name":"ALERT_OPLOG_HOURS","value":"6","origin":"default"},{"name":"ALERT_DEGRADED_HOURS","value":"6","origin":"default"},{"name":"LOG_FILE","value":null,"origin":"not set"},{"name":"OTEL_EXPORTER_OTLP_ENDPOINT","value":null,"origin":"not set"},{"name":"OTEL_EXPORTER_OTLP_HEADERS","value":null,"origin":"not set"},{"name":"OTEL_EXPORTER_OTLP_PROTOCOL","value":"grpc","origin":"default"},{"name":"BACKUP_LISTEN","value":"http://127.0.0.1:7071","origin":"default"},{"name":"BACKUP_API_KEY","value":null,"origin":"not set"},{"name":"BACKUP_API_KEY_FILE","value":null,"origin":"not set"},{"name":"BACKUP_JOURNAL","value":"/home/ada/.local/state/backupfunctions/journal.db","origin":"default"}],"warnings":[],"problems":[]}

            """),

        new("config",
            """
            SETTING                                VALUE                                                     FROM
            MONGODB_URI                                                                                      not set
            MONGODB_CATALOG_URI                                                                              not set
            MONGODB_CATALOG_DATABASE               backup_catalog                                            default
            BACKUP_ENCRYPTION_KEY                  ****                                                      environment
            BACKUP_ENCRYPTION_KEY_FILE                                                                       not set
            BACKUP_ENCRYPTION_KEY_COMMAND                                                                    not set
            BACKUP_ENCRYPTION_PASSPHRASE                                                                     not set
            BACKUP_ENCRYPTION_PASSPHRASE_FILE                                                                not set
            BACKUP_NEW_ENCRYPTION_KEY                                                                        not set
            BACKUP_NEW_ENCRYPTION_KEY_FILE                                                                   not set
            BACKUP_NEW_ENCRYPTION_KEY_COMMAND                                                                not set
            BACKUP_NEW_ENCRYPTION_PASSPHRASE                                                                 not set
            BACKUP_NEW_ENCRYPTION_PASSPHRASE_FILE                                                            not set
            IPFS_NODE_1_URL                        file:///vaults/one                                        environment
            IPFS_NODE_1_TOKEN                                                                                not set
            IPFS_NODE_1_CA_FILE                                                                              not set
            IPFS_NODE_2_URL                        ftp://h                                                   environment
            IPFS_NODE_2_TOKEN                      ****                                                      environment
            IPFS_NODE_2_CA_FILE                                                                              not set
            IPFS_CLUSTER_NODE_1                                                                              not set
            IPFS_CLUSTER_NODE_1_TOKEN                                                                        not set
            IPFS_CLUSTER_NODE_1_CA_FILE                                                                      not set
            IPFS_CLUSTER_NODE_2                                                                              not set
            IPFS_CLUSTER_NODE_2_TOKEN                                                                        not set
            IPFS_CLUSTER_NODE_2_CA_FILE                                                                      not set
            IPFS_CLUSTER_REPLICATION               2                                                         default
            IPFS_GATEWAY_URL                                                                                 not set
            IPFS_TIMEOUT_SECONDS                   60                                                        default
            LOCAL_VAULT_PATH                                                                                 not set
            BACKUP_INCLUDE                                                                                   not set
            BACKUP_EXCLUDE                                                                                   not set
            BACKUP_STAGING                         /home/ada/.local/state/backupfunctions/staging            default
            BACKUP_STAGING_CONTAINER               backup-staging                                            default
            BACKUP_RECOVERY_KIT                    /home/ada/.local/state/backupfunctions/recovery-kit.json  default
            BACKUP_PARALLELISM                     2                                                         environment
            BACKUP_COMPRESSION_LEVEL               3                                                         default
            BACKUP_RATE_LIMIT                                                                                not set
            BACKUP_RETENTION_DAYS                  90                                                        default
            BACKUP_KEEP_LAST                       0                                                         default
            BACKUP_KEEP_DAILY                      0                                                         default
            BACKUP_KEEP_WEEKLY                     0                                                         default
            BACKUP_KEEP_MONTHLY                    0                                                         default
            BACKUP_KEEP_YEARLY                     0                                                         default
            RETENTION_GRACE_HOURS                  48                                                        default
            RETENTION_AFTER_BACKUP                 true                                                      default
            LOCAL_RETENTION_DAYS                   7                                                         default
            SCRUB_SHARE                            1/4                                                       default
            DRILL_URI                                                                                        not set
            FULL_BACKUP_SCHEDULE                   0 2 * * 0                                                 default
            INCREMENTAL_BACKUP_SCHEDULE            0 2 * * *                                                 default
            RESUME_SCHEDULE                        */15 * * * *                                              default
            RETENTION_SCHEDULE                     30 2 * * *                                                default
            SCRUB_SCHEDULE                         0 4 * * 6                                                 default
            DRILL_SCHEDULE                         0 5 1 * *                                                 default
            WATCH_SCHEDULE                         */5 * * * *                                               default
            WEBHOOK_URL                                                                                      not set
            WEBHOOK_URL_FILE                                                                                 not set
            WEBHOOK_FORMAT                                                                                   not set
            SMTP_HOST                                                                                        not set
            SMTP_PORT                                                                                        not set
            SMTP_TLS                                                                                         not set
            SMTP_USER                                                                                        not set
            SMTP_PASSWORD                                                                                    not set
            SMTP_PASSWORD_FILE                                                                               not set
            SMTP_FROM                                                                                        not set
            SMTP_TO                                                                                          not set
            ALERT_LEVEL                            info                                                      default
            ALERT_REPEAT_HOURS                     12                                                        default
            ALERT_MAX_PER_HOUR                     30                                                        default
            ALERT_NO_SUCCESS_HOURS                                                                           not set
            ALERT_OPLOG_HOURS                      6                                                         default
            ALERT_DEGRADED_HOURS                   6                                                         default
            LOG_FILE                                                                                         not set
            OTEL_EXPORTER_OTLP_ENDPOINT                                                                      not set
            OTEL_EXPORTER_OTLP_HEADERS                                                                       not set
            OTEL_EXPORTER_OTLP_PROTOCOL            grpc                                                      default
            BACKUP_LISTEN                          http://127.0.0.1:7071                                     default
            BACKUP_API_KEY                                                                                   not set
            BACKUP_API_KEY_FILE                                                                              not set
            BACKUP_JOURNAL                         /home/ada/.local/state/backupfunctions/journal.db         default

            """,
            """
            warning: BACKUP_INCLUD is not a setting and has no effect: did you mean BACKUP_INCLUDE?
            error: read settings: 3 problems
              MONGODB_URI is not set; example: MONGODB_URI=mongodb://db1.example.com:27017/?replicaSet=rs0
              BACKUP_ENCRYPTION_KEY has 3 hex digits, want 64: want 32 bytes in base64 or hex; example: BACKUP_ENCRYPTION_KEY=$(backupfn keys new)
              IPFS_NODE_2_URL has the unknown scheme 'ftp': want file:///directory, http://host:port or https://host:port; example: IPFS_NODE_2_URL=file:///var/backups/vault-2
            hint: set it in the environment, or in a .env file in the working directory; `backupfn config` shows what is set

            """,
            2)
        {
            Settings = ["MONGODB_URI=", "BACKUP_ENCRYPTION_KEY=abc", "BACKUP_INCLUD=x", "IPFS_NODE_2_URL=ftp://h"],
        },

        new("completion bash",
            """
            _backupfn() {
                local IFS=$'\n'
                COMPREPLY=($(compgen -W "$(backupfn "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -o default -F _backupfn backupfn

            """),
    ];
}
