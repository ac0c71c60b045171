using MongoDB.Bson;

namespace BackupFunctions.Embedded.Users;

/// <summary>Where users are found that commands have made. Asked at each login, from many threads.</summary>
internal interface IUserSource
{
    /// <summary>The document of <c>admin.system.users</c> for <c>db.name</c>, or null.</summary>
    BsonDocument? FindUser(string fullName);
}
