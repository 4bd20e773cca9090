using System.Reflection;
using System.Text;

namespace TestSupport;

/// <summary>Lists what an assembly shows to others, one line a member, sorted, so that a change of it is a visible difference.</summary>
internal static class PublicApi
{
    /// <summary>Every public and protected member of every public type.</summary>
    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(ApiSignature.Of(type)).Append('\n');
            foreach (var member in Members(type).Distinct().Order(StringComparer.Ordinal))
                text.Append("    ").Append(member).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>
    /// Fails when the list is not the approved one beside the tests, and leaves the new list next to it. With APPROVE_API=1 (as
    /// <c>make approve-api</c> sets it) the new list becomes the approved one.
    /// </summary>
    public static void Check(Assembly assembly, string testProject)
    {
        var approved = Repository.PathOf($"tests/{testProject}/PublicApi.approved.txt");
        var received = Repository.PathOf($"tests/{testProject}/PublicApi.received.txt");
        var actual = Of(assembly);
        if (Environment.GetEnvironmentVariable("APPROVE_API") == "1")
            File.WriteAllText(approved, actual);

        var expected = File.Exists(approved) ? File.ReadAllText(approved) : "";
        if (actual == expected)
        {
            File.Delete(received);
            return;
        }

        File.WriteAllText(received, actual);
        var before = expected.Split('\n').ToHashSet();
        var after = actual.Split('\n').ToHashSet();
        var difference = expected.Split('\n').Where(line => !after.Contains(line)).Select(line => "- " + line)
            .Concat(actual.Split('\n').Where(line => !before.Contains(line)).Select(line => "+ " + line));
        Assert.Fail($"""
            The public API of {assembly.GetName().Name} is not the approved one:
            {string.Join('\n', difference.Take(60))}
            If this is meant, `make approve-api` accepts it (it copies PublicApi.received.txt over PublicApi.approved.txt in
            tests/{testProject}); the change then shows in the review.
            """);
    }

    private static IEnumerable<string> Members(Type type)
    {
        const BindingFlags Flags = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        if (type.IsEnum)
            return type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => $"{field.Name} = {Convert.ToInt64(field.GetRawConstantValue())}");
        if (typeof(Delegate).IsAssignableFrom(type))
            return [ApiSignature.Of(type.GetMethod("Invoke")!)];

        return type.GetMembers(Flags).Select(ApiSignature.Of).Where(line => line.Length > 0);
    }
}
