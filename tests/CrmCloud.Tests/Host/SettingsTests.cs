using CrmCloud.Api;

namespace CrmCloud.Tests.Host;

public sealed class SettingsTests
{
    [Theory]
    [InlineData("31-characters-are-one-too-few--")]
    [InlineData("ck_live_looks-like-ours-but-its-checksum-is-not-right-at-all")]
    [InlineData("thirty-two characters with blanks in between")]
    public void A_demo_key_that_cannot_be_one_stops_the_start_and_is_not_repeated(string key)
    {
        var check = new CrmCloudOptionsCheck().Validate(null, new() { DemoKey = key });

        var message = Assert.Single(check.Failures!);
        Assert.Contains("CrmCloud__DemoKey", message, StringComparison.Ordinal);
        Assert.DoesNotContain(key, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("exactly-thirty-two-characters-32")]
    public void A_demo_key_of_32_characters_is_accepted_as_given(string? key) =>
        Assert.True(new CrmCloudOptionsCheck().Validate(null, new() { DemoKey = key }).Succeeded);

    [Theory]
    [InlineData(true, "http://127.0.0.1:5080")]
    [InlineData(true, "http://localhost:5080")]
    [InlineData(true, "http://[::1]:5080")]
    [InlineData(true, "http://127.0.0.1:5080", "https://localhost:5443")]
    [InlineData(false)]
    [InlineData(false, "http://0.0.0.0:5080")]
    [InlineData(false, "http://[::]:5080")]
    [InlineData(false, "http://*:5080")]
    [InlineData(false, "http://192.0.2.7:5080")]
    [InlineData(false, "http://127.0.0.1:5080", "http://192.0.2.7:5080")]
    [InlineData(false, "http://localhost.example.com:5080")]
    public void Only_addresses_of_this_machine_alone_count_as_loopback(bool expected, params string[] addresses) =>
        Assert.Equal(expected, Listening.IsLoopbackOnly(addresses));
}
