using System.ComponentModel.DataAnnotations;
using System.Reflection;
using CrmCloud.Core.Shared;

namespace CrmCloud.Tests.Promises;

public sealed class InputWordsTests
{
    /// <summary>A person who mistyped a key is told the rule and shown an example, not a regular expression.</summary>
    [Fact]
    public void Every_form_that_input_must_have_is_said_in_words()
    {
        var silent = typeof(Money).Assembly.GetTypes().SelectMany(type => type.GetProperties())
            .Where(member => member.GetCustomAttribute<RegularExpressionAttribute>() is { } rule
                && (rule.ErrorMessage is not { Length: > 20 } words || words.Contains('[', StringComparison.Ordinal)));

        Assert.Empty(silent.Select(member => $"{member.DeclaringType!.Name}.{member.Name}"));
    }

    [Fact]
    public async Task A_bad_key_is_answered_with_the_rule_and_an_example()
    {
        await using var cloud = await TestCloud.StartAsync();
        var key = await cloud.TenantAsync("words");

        var answer = await key.AskAsync(
            "mutation { segmentCreate(input: {key: \"Big Spenders!\", name: \"x\", kind: MANUAL}) "
            + "{ userErrors { message } } }");

        Assert.Equal(
            "key begins with a small letter; small letters, digits, '_' and '-' follow, up to 60 together, "
            + "such as \"big-spenders\".",
            answer.Json["data"]!["segmentCreate"]!["userErrors"]![0]!["message"]!.GetValue<string>());
    }
}
