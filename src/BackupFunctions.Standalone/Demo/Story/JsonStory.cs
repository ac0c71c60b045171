using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace BackupFunctions.Standalone.Demo.Story;

/// <summary>
/// One JSON object per line. On standard output a line with <c>message_type</c> step when a step begins, enters a stage and is done, and one
/// with <c>message_type</c> summary at the end, behind which only <c>serving</c> may come; on standard error one with <c>message_type</c> error when the run fails.
/// </summary>
internal sealed class JsonStory(TextWriter output, TextWriter error) : IDemoStory
{
    private readonly Lock _gate = new();

    public void Begin(DemoStep step) => Write(output, "step", json => State(json, step, "started"));

    public Task<T> Watch<T>(DemoStep step, Func<Action<string, long, long>, Task<T>> work)
    {
        var stages = new Stages();
        return work((stage, _, _) =>
        {
            if (!stages.Enter(stage)) return;
            Write(output, "step", json =>
            {
                State(json, step, "running");
                json.WriteString("stage", stage);
            });
        });
    }

    public void Done(DemoStep step, TimeSpan took, IReadOnlyList<DemoFact> facts) => Write(output, "step", json =>
    {
        State(json, step, "done");
        Seconds(json, took);
        foreach (var fact in facts)
        {
            json.WritePropertyName(fact.Name);
            JsonSerializer.Serialize(json, fact.Value);
        }
    });

    public void Fail(DemoFailure failure) => Write(error, "error", json =>
    {
        json.WriteString("kind", failure.Kind);
        json.WriteString("message", failure.Message);
        json.WriteString("hint", failure.Hint);
        json.WriteNumber("exit_code", failure.ExitCode);
        json.WriteString("step", failure.Step?.Name);
    });

    public void Finish(DemoSummary summary) => Write(output, "summary", json =>
    {
        json.WriteBoolean("ok", summary.Ok);
        json.WriteNumber("documents", summary.Documents);
        json.WriteNumber("bytes", summary.Bytes);
        json.WriteNumber("stored_bytes", summary.StoredBytes);
        json.WriteNumber("nodes", summary.Nodes);
        json.WriteString("node_kind", summary.NodeKind);
        json.WriteString("root", summary.Root);
        json.WriteNumber("mismatches", summary.Mismatches);
        json.WriteNumber("incrementals", summary.Incrementals);
        json.WriteNumber("pitr_mismatches", summary.PitrMismatches);
        Seconds(json, summary.Duration);
    });

    public void Serve(Uri address) => Write(output, "serving", json => json.WriteString("url", address.GetLeftPart(UriPartial.Authority)));

    private static void State(Utf8JsonWriter json, DemoStep step, string status)
    {
        json.WriteNumber("number", step.Number);
        json.WriteString("step", step.Name);
        json.WriteString("status", status);
    }

    private static void Seconds(Utf8JsonWriter json, TimeSpan duration) => json.WriteNumber("seconds", Math.Round(duration.TotalSeconds, 3));

    private void Write(TextWriter writer, string messageType, Action<Utf8JsonWriter> body)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("message_type", messageType);
            body(json);
            json.WriteEndObject();
        }
        lock (_gate)
        {
            writer.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
            writer.Flush();
        }
    }
}
