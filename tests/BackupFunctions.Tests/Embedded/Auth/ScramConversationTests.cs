using System.Text;
using BackupFunctions.Embedded.Auth;
using BackupFunctions.Embedded.Commands;
using MongoDB.Driver;

namespace BackupFunctions.Tests.Embedded.Auth;

public sealed class ScramConversationTests
{
    private static readonly UserDirectory Users = new([EmbeddedUser.WithPassword("user", "pencil")]);

    // the exchange of RFC 7677, section 3
    [Fact]
    public void The_keys_verify_and_sign_the_published_exchange()
    {
        var credential = ScramCredential.Derive("pencil", Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096);
        var message = Encoding.UTF8.GetBytes(
            "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
            + "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");
        var proof = Convert.FromBase64String("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");

        credential.Verify(message, proof).ShouldBeTrue();
        Convert.ToBase64String(credential.Sign(message)).ShouldBe("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
        proof[31] ^= 1;
        credential.Verify(message, proof).ShouldBeFalse();
        credential.Verify(message, []).ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("n,,n=user")]
    [InlineData("n,,n=user,r=")]
    [InlineData("n,,r=abc,n=user")]
    [InlineData("n,,n=us=er,r=abc")]
    [InlineData("n,,n=other,r=abc")]
    [InlineData("n,a=admin,n=user,r=abc")]
    [InlineData("p=tls-unique,,n=user,r=abc")]
    public void A_wrong_first_message_is_refused(string message) =>
        Should.Throw<CommandException>(() => ScramConversation.Begin(Users, "admin", message, "nonce", skipEmptyExchange: true)).Code.ShouldBe(18);

    [Theory]
    [InlineData("")]
    [InlineData("c=biws,r=abcnonce")]
    [InlineData("c=biws,r=abcother,p=AAAA")]
    [InlineData("c=eSws,r=abcnonce,p=AAAA")]
    [InlineData("c=biws,r=abcnonce,p=not base64")]
    [InlineData("c=biws,r=abcnonce,p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("c=biws,p=AAAA,r=abcnonce")]
    public void A_wrong_final_message_is_refused(string message)
    {
        var conversation = ScramConversation.Begin(Users, "admin", "n,,n=user,r=abc", "nonce", skipEmptyExchange: true);
        Should.Throw<CommandException>(() => conversation.Continue(message)).Code.ShouldBe(18);
    }

    [Fact]
    public void Passwords_are_prepared_as_the_standard_says()
    {
        SaslPrep.Prepare("I\u00ADX").ShouldBe("IX");
        SaslPrep.Prepare("a\u00A0b\u3000c").ShouldBe("a b c");
        SaslPrep.Prepare("user name").ShouldBe("user name");
        Should.Throw<ArgumentException>(() => SaslPrep.Prepare("a\u0007"));
        Should.Throw<ArgumentException>(() => SaslPrep.Prepare("\uE000"));
    }

    [Fact]
    public void A_user_is_defined_once_and_its_password_is_never_printed()
    {
        var user = EmbeddedUser.WithPassword("user", "pencil");
        Should.Throw<ArgumentException>(() => new UserDirectory([user, user]));
        user.ToString()!.ShouldNotContain("pencil");
        Should.Throw<ArgumentException>(() => EmbeddedUser.WithPassword("user", "pencil", "$external"));
    }
}
