using Xunit.Sdk;
using Xunit.v3;

// each simulation keeps all cores busy by itself
[assembly: Parallelization(Mode = ParallelMode.None)]
