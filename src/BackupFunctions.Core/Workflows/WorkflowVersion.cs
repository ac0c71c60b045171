namespace BackupFunctions.Workflows;

/// <summary>Inputs carry the version of the workflow that they were made for: a host of another release must not run them half right.</summary>
public static class WorkflowVersion
{
    /// <summary>Refuses an input of another version before anything is touched; what is staged is found by a run that is started anew.</summary>
    /// <exception cref="ActivityFailedException">It is another version.</exception>
    public static void Require(string workflow, int version, int current)
    {
        if (version != current)
            throw new ActivityFailedException(workflow, ErrorKind.Failed, $"start the workflow: version {version} is unknown, this host runs {current}", "start it again");
    }
}
