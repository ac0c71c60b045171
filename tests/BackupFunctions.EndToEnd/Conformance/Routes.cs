using System.Net;
using System.Text;
using System.Text.Json;

namespace BackupFunctions.EndToEnd.Conformance;

/// <summary>Asking and reading, as every client does.</summary>
internal static class Routes
{
    public const string Instances = "/runtime/webhooks/durabletask/instances";

    public static async Task<HttpResponseMessage> PostJson(this HttpClient http, string path, string json)
    {
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        return await http.PostAsync(new Uri(path, UriKind.Relative), body);
    }

    public static Task<HttpResponseMessage> Post(this HttpClient http, string path) => http.PostAsync(new Uri(path, UriKind.Relative), null);

    public static Task<HttpResponseMessage> Get(this HttpClient http, string path) => http.GetAsync(new Uri(path, UriKind.Relative));

    public static async Task<JsonElement> Json(this HttpResponseMessage response) => JsonElement.Parse(await response.Content.ReadAsStringAsync());

    /// <summary>The good answer of a route.</summary>
    public static async Task<JsonElement> Ok(this HttpClient http, string path)
    {
        using var response = await http.Get(path);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return await response.Json();
    }

    /// <summary>Waits until an instance has ended, and gives its status.</summary>
    public static async Task<JsonElement> Ended(this HttpClient http, string instanceId, string query = "")
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(5), TimeProvider.System);
        while (true)
        {
            using var response = await http.GetAsync(new Uri($"{Instances}/{instanceId}{query}", UriKind.Relative), patience.Token);
            if (response.StatusCode == HttpStatusCode.OK) return await response.Json();
            response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, patience.Token);
        }
    }

    /// <summary>Checks that this is a problem with this status.</summary>
    public static async Task<JsonElement> ShouldBeProblem(this HttpResponseMessage response, HttpStatusCode status)
    {
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(status, text);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = JsonElement.Parse(text);
        problem.GetProperty("status").GetInt32().ShouldBe((int)status);
        problem.GetProperty("type").GetString().ShouldStartWith("urn:backupfunctions:problem:");
        problem.GetProperty("title").GetString().ShouldNotBeNullOrEmpty();
        return problem;
    }
}
