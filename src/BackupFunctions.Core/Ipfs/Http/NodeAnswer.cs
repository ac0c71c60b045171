using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Text.Json;

namespace BackupFunctions.Ipfs.Http;

/// <summary>
/// A 200, which proves nothing yet: an error may stand in the body, or behind it in the trailer <c>X-Stream-Error</c>. Every way to read goes to the end
/// and looks at the trailer. Whatever the node says went wrong is thrown as <see cref="NodeAnswerException"/>.
/// </summary>
internal sealed class NodeAnswer(HttpResponseMessage response, Stream body, IdleTimeout idle)
{
    private const int MaxLine = 1024 * 1024;
    private const string ErrorTrailer = "X-Stream-Error";

    /// <summary>What counts as progress beside bytes, see <see cref="Lines"/>.</summary>
    public void Progress() => idle.Progress();

    /// <summary>The lines of JSON. Each read counts as progress, unless a node that does nothing sends lines all the same.</summary>
    public async IAsyncEnumerable<JsonElement> Lines(bool bytesAreProgress = true)
    {
        var reader = PipeReader.Create(body, new StreamPipeReaderOptions(leaveOpen: true));
        try
        {
            for (var last = false; !last;)
            {
                var read = await reader.ReadAsync(idle.Token);
                if (bytesAreProgress) idle.Progress();
                var (rest, lines) = (read.Buffer, new List<JsonElement>());
                while (rest.PositionOf((byte)'\n') is { } end)
                {
                    Parse(rest.Slice(0, end), lines);
                    rest = rest.Slice(rest.GetPosition(1, end));
                }
                if (rest.Length > MaxLine) throw new JsonException($"a line has more than {MaxLine} bytes");
                last = read.IsCompleted;
                if (last) Parse(rest, lines);
                reader.AdvanceTo(last ? rest.End : rest.Start, rest.End);
                foreach (var line in lines) yield return line;
            }
        }
        finally
        {
            await reader.CompleteAsync();
        }
        CheckTrailer();
    }

    /// <summary>The last line of JSON; one of kind <see cref="JsonValueKind.Undefined"/> when there is none.</summary>
    public async Task<JsonElement> Last()
    {
        var last = default(JsonElement);
        await foreach (var line in Lines()) last = line;
        return last;
    }

    /// <summary>The body as it is, cut after one byte more than the limit.</summary>
    public async Task<byte[]> Bytes(int limit)
    {
        using var bytes = new MemoryStream();
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            while (bytes.Length <= limit)
            {
                var read = await body.ReadAsync(buffer, idle.Token);
                idle.Progress();
                if (read == 0)
                {
                    CheckTrailer();
                    break;
                }
                bytes.Write(buffer, 0, (int)Math.Min(read, limit + 1 - bytes.Length));
            }
            return bytes.ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void Parse(ReadOnlySequence<byte> line, List<JsonElement> lines)
    {
        foreach (var segment in line)
        {
            if (segment.Span.Trim(" \t\r"u8).IsEmpty) continue;
            using var json = JsonDocument.Parse(line);
            lines.Add(json.RootElement.Clone());
            return;
        }
    }

    private void CheckTrailer()
    {
        if (response.TrailingHeaders.TryGetValues(ErrorTrailer, out var values) && string.Join(' ', values) is { Length: > 0 } text)
            throw new NodeAnswerException(HttpStatusCode.OK, NodeErrorText.Of(text));
    }
}
