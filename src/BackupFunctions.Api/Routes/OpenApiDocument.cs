using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.RegularExpressions;
using BackupFunctions.Api.Problems;
using Microsoft.AspNetCore.Http;

namespace BackupFunctions.Api.Routes;

/// <summary>The routes as OpenAPI 3.1; schemas come from the messages themselves.</summary>
public static partial class OpenApiDocument
{
    /// <summary>The document as JSON.</summary>
    public static string Of(IReadOnlyList<ApiRoute> routes)
    {
        var paths = new JsonObject();
        foreach (var path in routes.GroupBy(r => r.Path))
        {
            var item = new JsonObject();
            foreach (var route in path) foreach (var method in route.Methods) item[method.ToLowerInvariant()] = Operation(HttpMethods.IsHead(method) ? WithoutBody(route) : route);
            paths[path.Key] = item;
        }
        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject { ["title"] = "BackupFunctions", ["version"] = typeof(OpenApiDocument).Assembly.GetName().Version!.ToString(3) },
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject { ["key"] = new JsonObject { ["type"] = "apiKey", ["in"] = "header", ["name"] = ApiKey.Header } },
            },
        }.ToJsonString();
    }

    private static ApiRoute WithoutBody(ApiRoute route) => route with { Answers = route.Answers.ToDictionary(a => a.Key, _ => (Type?)null) };

    private static JsonObject Operation(ApiRoute route)
    {
        var parameters = new JsonArray();
        foreach (Match name in PathParameter().Matches(route.Path)) parameters.Add(Parameter(name.Groups[1].Value, "path"));
        foreach (var name in route.Query) parameters.Add(Parameter(name, "query"));
        var responses = new JsonObject();
        foreach (var (status, type) in route.Answers)
            responses[$"{status}"] = type is null ? new() { ["description"] = status == StatusCodes.Status202Accepted ? "accepted" : "as asked" } : Content("as asked", route.MediaType, type);
        responses["default"] = Content("a problem", "application/problem+json", typeof(Problem));
        var operation = new JsonObject { ["summary"] = route.Summary, ["parameters"] = parameters, ["responses"] = responses };
        if (route.Body is { } body) operation["requestBody"] = Content("the request", "application/json", body);
        operation["security"] = route.IsAnonymous ? new JsonArray() : new JsonArray(new JsonObject { ["key"] = new JsonArray() });
        return operation;
    }

    private static JsonObject Parameter(string name, string place) =>
        new() { ["name"] = name, ["in"] = place, ["required"] = place == "path", ["schema"] = new JsonObject { ["type"] = "string" } };

    private static JsonObject Content(string description, string mediaType, Type type) => new()
    {
        ["description"] = description,
        ["content"] = new JsonObject { [mediaType] = new JsonObject { ["schema"] = type == typeof(object) ? new JsonObject() : ApiJson.Options.GetJsonSchemaAsNode(type) } },
    };

    [GeneratedRegex("""\{([A-Za-z]+)\}""")]
    private static partial Regex PathParameter();
}
