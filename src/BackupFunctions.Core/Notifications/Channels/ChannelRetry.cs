using Polly;
using Polly.Retry;

namespace BackupFunctions.Notifications.Channels;

/// <summary>The one place where sending to a receiver is repeated at once: what then still fails waits.</summary>
internal static class ChannelRetry
{
    private const int Attempts = 3;
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(1), s_longestPause = TimeSpan.FromSeconds(5);

    /// <summary>Repeats what satisfies <paramref name="mayPass"/>.</summary>
    public static ResiliencePipeline Create(TimeProvider time, Func<Exception, bool> mayPass) => new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = Attempts - 1,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = s_firstPause,
            MaxDelay = s_longestPause,
            ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Exception is { } e && mayPass(e)),
        })
        .Build();
}
