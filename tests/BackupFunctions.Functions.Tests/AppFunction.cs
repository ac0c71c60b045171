using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace BackupFunctions.Functions.Tests;

/// <summary>A function as the compiled app declares it.</summary>
internal sealed record AppFunction(string Name, MethodInfo Method, Attribute Trigger)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<AppFunction> All { get; } =
    [
        .. from type in typeof(Timers).Assembly.GetTypes()
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
           let function = method.GetCustomAttribute<FunctionAttribute>()
           where function is not null
           select new AppFunction(function.Name, method, TriggerOf(method)),
    ];

    public static IEnumerable<(AppFunction Function, T Trigger)> Of<T>() where T : Attribute =>
        All.Where(f => f.Trigger is T).Select(f => (f, (T)f.Trigger));

    private static Attribute TriggerOf(MethodInfo method) => method.GetParameters().SelectMany(p => p.GetCustomAttributes())
        .Single(a => a is TimerTriggerAttribute or HttpTriggerAttribute or OrchestrationTriggerAttribute or ActivityTriggerAttribute);
}
