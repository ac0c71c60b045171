using System.Security.Cryptography.X509Certificates;
using BackupFunctions.Embedded.Auth;

namespace BackupFunctions.Tests.Embedded.Auth;

public sealed class SubjectNameTests
{
    [Fact]
    public void The_most_specific_name_comes_first()
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddCountryOrRegion("DE");
        name.AddStateOrProvinceName("Berlin");
        name.AddOrganizationName("Example");
        name.AddOrganizationalUnitName("ops");
        name.AddCommonName("backup");
        name.AddEmailAddress("backup@example.org");
        SubjectName.Of(name.Build()).ShouldBe("C=DE,ST=Berlin,O=Example,OU=ops,CN=backup,emailAddress=backup@example.org");
    }

    // RFC 2253, section 5, and its escape of bytes beyond ASCII
    [Theory]
    [InlineData("Sue, Grabbit and Runn", "O=Sue\\, Grabbit and Runn")]
    [InlineData("a+b\"c\\d<e>f;g", "O=a\\+b\\\"c\\\\d\\<e\\>f\\;g")]
    [InlineData("#1 # ", "O=\\#1 #\\ ")]
    [InlineData(" a b", "O=\\ a b")]
    [InlineData("Lučić", "O=Lu\\C4\\8Di\\C4\\87")]
    [InlineData("x=y", "O=x=y")]
    public void Special_characters_are_escaped(string organization, string expected)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddOrganizationName(organization);
        SubjectName.Of(name.Build()).ShouldBe(expected);
    }

    // made by OpenSSL 3, and printed by its "x509 -nameopt RFC2253"
    [Fact]
    public void A_name_of_several_attributes_is_written_as_OpenSSL_does()
    {
        var name = new X500DistinguishedName(Convert.FromHexString(
            "3058310b30090603550406130244453110300e060355040a0c07612c20622b22633123300a060355040b0c036f"
            + "7073301506035504030c0e4c75c48d69c487206261636b75703112301006092a864886f70d0109011603784079"));
        SubjectName.Of(name).ShouldBe("emailAddress=x@y,CN=Lu\\C4\\8Di\\C4\\87 backup+OU=ops,O=a\\, b\\+\\\"c,C=DE");
    }

    [Fact]
    public void An_attribute_without_a_short_name_keeps_its_number()
    {
        var name = new X500DistinguishedNameBuilder();
        name.Add("1.2.3.4", "x");
        SubjectName.Of(name.Build()).ShouldBe("1.2.3.4=x");
    }
}
