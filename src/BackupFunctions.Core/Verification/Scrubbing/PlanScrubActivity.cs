using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Workflows;

namespace BackupFunctions.Verification.Scrubbing;

/// <summary>Finds out which slice of each copy is next: the one behind that of the last scrub of this node with as many slices that was recorded.</summary>
internal sealed class PlanScrubActivity(ManifestStore manifest, IReadOnlyList<IIpfsNode> copies) : IActivity<PlanScrubInput, ScrubPlan>
{
    /// <inheritdoc/>
    public ActivityName<PlanScrubInput, ScrubPlan> Name => ScrubActivities.Plan;

    /// <inheritdoc/>
    public async Task<ScrubPlan> Run(PlanScrubInput input, CancellationToken cancellationToken)
    {
        var state = await manifest.Load(cancellationToken);
        var planned = new List<PlannedScrub>();
        foreach (var node in copies)
        {
            try
            {
                var id = (await node.Identify(cancellationToken)).Id;
                var last = state.Scrubs.LastOrDefault(s => s.NodeId == id && s.Slices == input.Slices);
                planned.Add(new(node.Name, id, last is null ? 0 : (last.Slice + 1) % input.Slices, null));
            }
            catch (BackupException e)
            {
                planned.Add(new(node.Name, null, 0, e.Message));
            }
        }
        return new(planned);
    }
}
