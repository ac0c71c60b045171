using BackupFunctions.Mongo;
using BackupFunctions.Workflows;

namespace BackupFunctions.Restore;

/// <summary>The activities of a restore from one session into one target.</summary>
public static class RestoreActivityRegistry
{
    /// <summary>All of them.</summary>
    public static ActivityRegistry Create(RestoreSession session, MongoEndpoint target, EngineAmbient ambient) => new ActivityRegistry()
        .Add(new PlanRestoreActivity(session, target))
        .Add(new PrepareActivity(session, target))
        .Add(new LoadActivity(session, target))
        .Add(new ReplayActivity(session, target, ambient))
        .Add(new BuildIndexesActivity(session, target))
        .Add(new CreateViewsActivity(session, target))
        .Add(new UsersAndRolesActivity(session, target))
        .Add(new CompareActivity(session, target, ambient.Loggers))
        .Add(new FinishActivity(target));
}
