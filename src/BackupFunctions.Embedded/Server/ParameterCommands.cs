using BackupFunctions.Embedded.Auth;
using BackupFunctions.Embedded.Commands;
using BackupFunctions.Embedded.Storage;
using MongoDB.Bson;

namespace BackupFunctions.Embedded.Server;

/// <summary>
/// getParameter and setParameter, for the parameters that backup tools ask for, common to all members. The window of snapshot reads is acted
/// on; another parameter that can be set is remembered and reported, and changes nothing else: there is no TTL monitor to stop. A user who is logged in
/// sets them by the action <c>setParameter</c> alone, which the role <c>restore</c> does not have.
/// </summary>
internal sealed class ParameterCommands(Version version, History history, UserDirectory users)
{
    private static readonly Dictionary<string, BsonValue> Defaults = new(StringComparer.Ordinal)
    {
        ["minSnapshotHistoryWindowInSeconds"] = 300,
        ["transactionLifetimeLimitSeconds"] = 60,
        ["ttlMonitorEnabled"] = true,
    };

    private readonly Lock _gate = new();
    private readonly Dictionary<string, BsonValue> _settable = new(Defaults, StringComparer.Ordinal);
    private readonly Dictionary<string, BsonValue> _fixed = new(StringComparer.Ordinal)
    {
        ["authSchemaVersion"] = 5,
        ["authenticationMechanisms"] = new BsonArray(Authenticator.Mechanisms),
        ["enableTestCommands"] = false,
        ["featureCompatibilityVersion"] = new BsonDocument("version", version.ToString(2)),
    };

    /// <summary>Adds the commands.</summary>
    public void Register(CommandTable commands)
    {
        commands.AddAdmin("getParameter", context => ValueTask.FromResult(Get(context.Body)));
        commands.AddAdmin("setParameter", context => ValueTask.FromResult(MaySet(context) ? Set(context.Body) : throw ServerErrors.Unauthorized($"not authorized on admin to execute command {context.Body}")));
    }

    private bool MaySet(CommandContext context) =>
        context.Connection.User is not { } name || users.Find(name) is not { } user || user.Roles.SelectMany(RolePrivileges.Of).Any(p => p["actions"].AsBsonArray.Any(a => a == "setParameter" || a == "anyAction"));

    private BsonDocument Get(RawBsonDocument command)
    {
        var first = command.GetElement(0).Value;
        var all = (first.IsString && first.AsString == "*")
            || (first is BsonDocument options && options.GetValue("allParameters", false).ToBoolean());
        var asked = command.Names.Skip(1).ToHashSet(StringComparer.Ordinal);
        var reply = new BsonDocument();
        lock (_gate)
        {
            foreach (var (name, value) in _fixed.Concat(_settable).OrderBy(parameter => parameter.Key, StringComparer.Ordinal))
            {
                if (all || asked.Contains(name)) reply.Add(name, value);
            }
        }

        return reply.ElementCount > 0 ? reply : throw ServerErrors.InvalidOptions("no option found to get");
    }

    private BsonDocument Set(RawBsonDocument command)
    {
        var changes = command.Elements.Skip(1).Where(element => !GenericFields.Contains(element.Name)).ToList();
        if (changes.Count == 0) throw ServerErrors.InvalidOptions("no option found to set, use help:true to see options ");
        lock (_gate)
        {
            foreach (var (name, value) in changes.Select(element => (element.Name, element.Value)))
            {
                if (_fixed.ContainsKey(name))
                    throw new CommandException(20, "IllegalOperation", $"not allowed to change [{name}] at runtime");
                if (!_settable.TryGetValue(name, out var old))
                    throw ServerErrors.InvalidOptions($"attempted to set unrecognized parameter [{name}], use help:true to see options ");
                if (old.IsBoolean ? !(value.IsBoolean || value.IsNumeric) : !value.IsNumeric)
                    throw ServerErrors.BadValue($"Invalid value for parameter {name}: {value}");
            }

            var reply = new BsonDocument("was", _settable[changes[0].Name]);
            foreach (var change in changes)
                _settable[change.Name] = _settable[change.Name].IsBoolean ? change.Value.ToBoolean() : change.Value.ToInt32();
            history.WindowSeconds = _settable["minSnapshotHistoryWindowInSeconds"].AsInt32;
            return reply;
        }
    }
}
