using BackupFunctions.Mongo;

namespace BackupFunctions.Tests.Mongo;

public class NamespaceFilterTests
{
    [Theory]
    [InlineData("local", "startup_log")]
    [InlineData("local", "oplog.rs")]
    [InlineData("config", "transactions")]
    [InlineData("config", "system.sessions")]
    [InlineData("__mdb_internal_x", "a")]
    [InlineData("admin", "system.keys")]
    [InlineData("admin", "system.version")]
    [InlineData("shop", "system.profile")]
    [InlineData("shop", "system.views")]
    [InlineData("shop", "system.users")]
    [InlineData("shop", "system.buckets.weather")]
    [InlineData("backups", "manifests")]
    public void What_belongs_to_the_server_or_to_us_is_excluded_even_when_named(string database, string collection)
    {
        var ns = new Namespace(database, collection);
        NamespaceFilter.Everything("backups").Includes(ns).ShouldBeFalse();
        new NamespaceFilter(NamespacePattern.ParseList("*.*", "BACKUP_INCLUDE"), [], "backups").Includes(ns).ShouldBeFalse();
    }

    [Theory]
    [InlineData("shop", "orders")]
    [InlineData("shop", "system.js")]
    [InlineData("shop", "systems")]
    [InlineData("shop", "fs.chunks")]
    [InlineData("admin", "system.users")]
    [InlineData("admin", "system.roles")]
    [InlineData("admin", "mine")]
    [InlineData("locals", "a")]
    [InlineData("shop", "enxcol_.orders.esc")]
    public void Users_data_is_included(string database, string collection) =>
        NamespaceFilter.Everything("backups").Includes(new Namespace(database, collection)).ShouldBeTrue();

    [Theory]
    [InlineData("shop.*", "", "shop.orders", true)]
    [InlineData("shop.*", "", "shop.a.b.c", true)]
    [InlineData("shop.*", "", "shops.orders", false)]
    [InlineData("shop.orders", "", "shop.orders", true)]
    [InlineData("shop.orders", "", "shop.orders2", false)]
    [InlineData("shop.orders", "", "shop.Orders", false)]
    [InlineData("*.orders", "", "shop.orders", true)]
    [InlineData("shop.or*s", "", "shop.orders", true)]
    [InlineData("shop.or*s", "", "shop.ors", true)]
    [InlineData(" a.* , shop.* ", "", "shop.orders", true)]
    [InlineData("", "shop.tmp*", "shop.tmp_1", false)]
    [InlineData("", "shop.tmp*", "shop.orders", true)]
    [InlineData("shop.*", "shop.tmp*", "shop.tmp", false)]
    [InlineData(@"shop.a\*b", "", "shop.a*b", true)]
    [InlineData(@"shop.a\*b", "", "shop.axb", false)]
    [InlineData(@"shop.a\,b,x.*", "", "shop.a,b", true)]
    [InlineData(@"shop.a\\b", "", @"shop.a\b", true)]
    [InlineData("shop.a.b", "", "shop.axb", false)]
    [InlineData("shop.a[0-9]", "", "shop.a[0-9]", true)]
    [InlineData("shop.*", "", "shop.a\nb", true)]
    [InlineData("shop.a", "", "shop.a\n", false)]
    [InlineData("shop.%2F/*", "", "shop.%2F/x", true)]
    public void Patterns_choose_collections(string include, string exclude, string ns, bool included) =>
        new NamespaceFilter(NamespacePattern.ParseList(include, "BACKUP_INCLUDE"), NamespacePattern.ParseList(exclude, "BACKUP_EXCLUDE"))
            .Includes(Namespace.Parse(ns)).ShouldBe(included);

    [Theory]
    [InlineData("shop")]
    [InlineData("*")]
    [InlineData(".orders")]
    [InlineData("shop.")]
    [InlineData(@"shop.a\b")]
    [InlineData("shop.a\\")]
    public void A_pattern_that_is_none_names_the_setting(string pattern)
    {
        var error = Should.Throw<BackupException>(() => NamespacePattern.ParseList($"ok.*,{pattern}", "BACKUP_EXCLUDE"));
        error.Kind.ShouldBe(ErrorKind.Configuration);
        error.Message.ShouldStartWith("read BACKUP_EXCLUDE: the pattern ");
        error.Hint.ShouldNotBeNull();
    }

    [Fact]
    public void A_namespace_is_split_at_its_first_dot() => Namespace.Parse("a.b.c").ShouldBe(new Namespace("a", "b.c"));
}
