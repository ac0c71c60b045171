using Polly;
using Polly.Retry;

namespace BackupFunctions.Mongo;

/// <summary>The one place where work on MongoDB is repeated: exponential pauses with jitter, bounded attempts.</summary>
internal static class MongoRetry
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(20);

    /// <summary>Runs what it is given up to <paramref name="attempts"/> times while its failure satisfies <paramref name="repeat"/>.</summary>
    public static ResiliencePipeline Create(int attempts, TimeProvider time, Func<Exception, bool> repeat, Action<Exception, int>? onRetry = null)
    {
        if (attempts < 2) return ResiliencePipeline.Empty;
        return new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = attempts - 1,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = FirstPause,
                MaxDelay = LongestPause,
                ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Exception is { } e && repeat(e)),
                OnRetry = arguments =>
                {
                    onRetry?.Invoke(arguments.Outcome.Exception!, arguments.AttemptNumber + 1);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
    }
}
