using BackupFunctions.Configuration;

namespace BackupFunctions.Tests.Configuration;

public class DotEnvFileTests
{
    public static TheoryData<string, string> Values => new()
    {
        { "A=1", "1" },
        { "  A = 1  ", "1" },
        { "export A=1", "1" },
        { "A=", "" },
        { "A=a b", "a b" },
        { "A=a # comment", "a" },
        { "A=a#b", "a#b" },
        { "A=# only a comment", "" },
        { "A=x=y", "x=y" },
        { "A='a # b'", "a # b" },
        { "A='a\\n\"b'", "a\\n\"b" },
        { "A='a' # comment", "a" },
        { "A=\"a # b\"", "a # b" },
        { "A=\"a\\n\\t\\\"\\\\\\$b\"", "a\n\t\"\\$b" },
        { "A=\" a \"", " a " },
        { "A=${HOME}$B", "${HOME}$B" },
        { "A=\"$HOME\"", "$HOME" },
        { "A=mongodb://u:p@h/?a=b&c=d", "mongodb://u:p@h/?a=b&c=d" },
        { "A=1\r\nB=2", "1" },
        { "A=1\nA=2", "2" },
        { "\uFEFFA=1", "1" },
        { "# comment\n\nA=1", "1" },
    };

    public static TheoryData<string, string> Faults => new()
    {
        { "A", ".env line 1 has no '='" },
        { "A=1\n\nB", ".env line 3 has no '='" },
        { "=1", ".env line 1 does not start with a name made of letters, digits and underscores" },
        { "1A=1", ".env line 1 does not start with a name made of letters, digits and underscores" },
        { "A-B=1", ".env line 1 does not start with a name made of letters, digits and underscores" },
        { "A='s3cr3t", ".env line 1 (A) has no closing quote" },
        { "A=\"s3cr3t\\", ".env line 1 (A) has no closing quote" },
        { "A='s3cr3t' x", ".env line 1 (A) has text after its closing quote" },
        { "A=\"s3cr3t\\q\"", ".env line 1 (A) has an unknown escape after a backslash: use single quotes to take text as it is" },
    };

    [Theory, MemberData(nameof(Values))]
    public void A_line_gives_its_value(string text, string expected)
    {
        var problems = new List<SettingProblem>();
        DotEnvFile.Parse(text, ".env", problems)["A"].ShouldBe(expected);
        problems.ShouldBeEmpty();
    }

    [Theory, MemberData(nameof(Faults))]
    public void A_line_that_cannot_be_read_is_reported_by_number_without_its_value(string text, string expected)
    {
        var problems = new List<SettingProblem>();
        DotEnvFile.Parse(text, ".env", problems);
        var problem = problems.ShouldHaveSingleItem();
        $"{problem.Setting} {problem.Fault}".ShouldBe(expected);
        problem.ToString().ShouldNotContain("s3cr3t");
    }
}
