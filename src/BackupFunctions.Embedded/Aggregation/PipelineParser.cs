using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Query;
using BackupFunctions.Embedded.Storage;
using BackupFunctions.Embedded.TimeSeries;

namespace BackupFunctions.Embedded.Aggregation;

/// <summary>Reads a pipeline; a stage that is not known gives error 40324.</summary>
internal static class PipelineParser
{
    /// <summary>A pipeline over a collection, whose <see cref="SourceStage"/> stages can only come first.</summary>
    public static Pipeline Parse(RawValue pipeline, Func<Random> random)
    {
        if (!pipeline.IsArray) throw new CommandException(14, "TypeMismatch", "'pipeline' option must be specified as an array");
        var stages = new List<Stage>();
        foreach (var element in pipeline.Elements)
        {
            var (name, value) = Single(element.Value);
            var stage = Stage(name, value, random);
            if (stage is SourceStage && stages.Count > 0)
            {
                throw new CommandException(40602, "Location40602", $"{name} is only valid as the first stage in a pipeline");
            }
            stages.Add(stage);
        }
        return new Pipeline(stages);
    }

    /// <summary>A pipeline that updates a document: only stages that keep one document one.</summary>
    public static Pipeline ParseUpdate(RawValue pipeline)
    {
        var stages = new List<Stage>();
        foreach (var element in pipeline.Elements)
        {
            var (name, value) = Single(element.Value);
            stages.Add(name switch
            {
                "$addFields" or "$set" => AddFieldsStage.Parse(name, value),
                "$unset" => ProjectStage.Unset(value),
                "$project" => ProjectStage.Parse(value),
                "$replaceRoot" or "$replaceWith" => ReplaceRootStage.Parse(name, value),
                _ => throw new CommandException(72, "InvalidOptions", $"{name} is not allowed to be used within an update"),
            });
        }
        return new Pipeline(stages);
    }

    private static Stage Stage(string name, RawValue value, Func<Random> random) => name switch
    {
        "$match" => value.IsDocument ? new MatchStage(FilterParser.Parse(value))
            : throw new CommandException(15959, "Location15959", "the match filter must be an expression in an object"),
        "$sort" => SortStage.Parse(value),
        "$limit" => LimitStage.Parse(value),
        "$skip" => SkipStage.Parse(value),
        "$project" => ProjectStage.Parse(value),
        "$unset" => ProjectStage.Unset(value),
        "$addFields" or "$set" => AddFieldsStage.Parse(name, value),
        "$replaceRoot" or "$replaceWith" => ReplaceRootStage.Parse(name, value),
        "$unwind" => UnwindStage.Parse(value),
        "$group" => GroupStage.Parse(value),
        "$count" => CountStage.Parse(value),
        "$sample" => SampleStage.Parse(value, random),
        "$collStats" => CollStatsStage.Parse(value),
        UnpackBucketStage.Name => UnpackBucketStage.Parse(value),
        _ => throw new CommandException(40324, "Location40324", $"Unrecognized pipeline stage name: '{name}'"),
    };

    private static (string Name, RawValue Value) Single(RawValue stage)
    {
        if (!stage.IsDocument) throw new CommandException(14, "TypeMismatch", "Each element of the 'pipeline' array must be an object");
        var single = stage.Elements.Count() == 1;
        foreach (var element in stage.Elements)
        {
            if (single) return (element.Name, element.Value);
        }
        throw new CommandException(40323, "Location40323", "A pipeline stage specification object must contain exactly one field.");
    }
}
