using BackupFunctions.Mongo;

namespace BackupFunctions.Tests.Restore.Replay;

public class NamespaceRenamesTests
{
    [Theory]
    [InlineData("shop.*", "copy.*", "shop.orders.2024", "copy.orders.2024")]
    [InlineData("shop.*", "copy.*", "shopping.orders", "shopping.orders")]
    [InlineData("*.orders", "*.orders_old", "shop.orders", "shop.orders_old")]
    [InlineData("a*.b*", "x*.y*", "a1.b2", "x1.y2")]
    [InlineData("$db$.$name$", "all.$db$_$name$", "shop.orders", "all.shop_orders")]
    [InlineData("$a$_$b$.c", "$b$_$a$.c_$a$", "x_y.c", "y_x.c_x")]
    [InlineData(@"shop.a\*b", "shop.star", "shop.a*b", "shop.star")]
    [InlineData("shop.a(b", "shop.c", "shop.a(b", "shop.c")]
    public void Stars_and_variables_carry_over(string from, string to, string ns, string expected) =>
        NamespaceRenames.Parse([from], [to]).Map(Namespace.Parse(ns)).ToString().ShouldBe(expected);

    [Theory]
    [InlineData("shop.*", "copy.*", "copy.orders.2024", true)]
    [InlineData("shop.*", "copy.*", "shop.orders", false)]
    [InlineData("shop.*", "copy.*", "copying.orders", false)]
    [InlineData("$db$.$name$", "all.$db$_$name$", "all.shop_orders", true)]
    [InlineData("$db$.$name$", "all.$db$_$name$", "all.orders", false)]
    [InlineData("shop.a(b", "shop.c(d", "shop.c(d", true)]
    [InlineData("shop.a", "shop.b", "shop.a", false)]
    public void Names_that_a_pair_may_give_are_known(string from, string to, string target, bool expected) =>
        NamespaceRenames.Parse([from], [to]).MayGive(Namespace.Parse(target)).ShouldBe(expected);

    [Fact]
    public void The_last_pair_that_matches_counts() =>
        NamespaceRenames.Parse(["shop.*", "shop.a", "x.y"], ["one.*", "two.a", "three.y"]).Map(new("shop", "a")).ToString().ShouldBe("two.a");

    [Fact]
    public void Names_with_newlines_are_names() =>
        NamespaceRenames.Parse(["shop.*"], ["copy.*"]).Map(new("shop", "a\nb")).ShouldBe(new Namespace("copy", "a\nb"));

    [Theory]
    [InlineData("shop.*", "copy.all")]
    [InlineData("$a.b", "c.d")]
    [InlineData("$a$.$a$", "$a$.b")]
    [InlineData("$a$.b", "$c$.b")]
    public void Pairs_that_make_no_sense_are_refused(string from, string to) =>
        Should.Throw<BackupException>(() => NamespaceRenames.Parse([from], [to])).Kind.ShouldBe(ErrorKind.Configuration);

    [Fact]
    public void A_result_that_is_no_namespace_is_refused() =>
        Should.Throw<BackupException>(() => NamespaceRenames.Parse(["shop.*"], ["*"]).Map(new("shop", "a"))).Kind.ShouldBe(ErrorKind.Configuration);

    [Fact]
    public void Pairs_must_be_complete() =>
        Should.Throw<BackupException>(() => NamespaceRenames.Parse(["a.b"], [])).Kind.ShouldBe(ErrorKind.Configuration);
}
