using BackupFunctions.Mongo;
using BackupFunctions.Workflows;
using Microsoft.Extensions.Logging;

namespace BackupFunctions.Restore;

/// <summary>The activities of a restore from one session into one target.</summary>
public static class RestoreActivityRegistry
{
    /// <summary>All of them.</summary>
    public static ActivityRegistry Create(RestoreSession session, MongoEndpoint target, ILoggerFactory loggers) => new ActivityRegistry()
        .Add(new PlanRestoreActivity(session, target))
        .Add(new PrepareActivity(session, target))
        .Add(new LoadActivity(session, target))
        .Add(new BuildIndexesActivity(session, target))
        .Add(new CreateViewsActivity(session, target))
        .Add(new CompareActivity(session, target, loggers))
        .Add(new FinishActivity(target));
}
