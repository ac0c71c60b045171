using BackupFunctions.Ipfs;
using BackupFunctions.Workflows;

namespace BackupFunctions.Verification;

/// <summary>Finds the root of what is verified; <paramref name="find"/> asks the catalogue where it must.</summary>
internal sealed class PlanVerificationActivity(Func<string, CancellationToken, Task<Cid>> find, IReadOnlyList<IIpfsNode> nodes) : IActivity<PlanVerificationInput, VerificationPlan>
{
    /// <inheritdoc/>
    public ActivityName<PlanVerificationInput, VerificationPlan> Name => VerificationActivities.Plan;

    /// <inheritdoc/>
    public async Task<VerificationPlan> Run(PlanVerificationInput input, CancellationToken cancellationToken) =>
        new(await find(input.Backup, cancellationToken), [.. nodes.Select(n => n.Name)]);
}
