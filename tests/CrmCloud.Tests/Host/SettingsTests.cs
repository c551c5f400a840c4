using CrmCloud.Api;
using CrmCloud.Tests.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

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

    [Theory]
    [InlineData("10.0.0.5")]
    [InlineData("10.0.0.5, 10.1.0.0/16,fd00::/8")]
    public async Task Trusted_proxies_are_believed_and_nobody_else(string proxies)
    {
        Assert.Equal("198.51.100.7", await AddressAsync(proxies, "10.0.0.5"));
        Assert.Equal("192.0.2.7", await AddressAsync(proxies, "192.0.2.7"));
        Assert.Equal("10.0.0.5", await AddressAsync(null, "10.0.0.5"));
    }

    [Theory]
    [InlineData("proxy.example.com")]
    [InlineData("10.0.0.5; 10.0.0.6")]
    [InlineData("10.0.0.0/33")]
    public void Trusted_proxies_that_are_no_addresses_stop_the_start(string proxies) => Assert.Contains(
        "CrmCloud__TrustedProxies",
        Assert.Single(new CrmCloudOptionsCheck().Validate(null, new() { TrustedProxies = proxies }).Failures!),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("Workers", "seeded", "true or false")]
    [InlineData("workers", "", "true or false")]
    [InlineData("Demo", "1", "true or false")]
    [InlineData("FeedLeaseSeconds", "seeded", "a whole number")]
    [InlineData("FeedLeaseSeconds", "9999999999", "a whole number")]
    public void A_value_of_the_wrong_type_stops_the_start_and_is_not_repeated(string name, string value, string said)
    {
        var wrong = Assert.Throws<OptionsValidationException>(() => CrmCloudHost.Build([$"--CrmCloud:{name}={value}"]));

        var fault = Assert.Single(wrong.Failures);
        Assert.EndsWith($") must be {said}.", fault, StringComparison.Ordinal);
        Assert.Contains($"CrmCloud__{name}", fault, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("seeded", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CrmCloud:Workers", " True ")]
    [InlineData("CrmCloud:FeedLeaseSeconds", "15")]
    [InlineData("CrmCloud:DemoKey", "")]
    public void A_value_that_can_be_bound_is_taken(string name, string value) => Assert.Empty(
        SettingNames.Faults<CrmCloudOptions>(
            new ConfigurationBuilder().AddInMemoryCollection([new(name, value)]).Build()));

    [Fact]
    public void An_account_without_its_store_stops_the_start()
    {
        var settings = new CrmCloudOptions { CosmosEndpoint = "https://name.documents.azure.com:443/" };

        var fault = Assert.Single(new CrmCloudOptionsCheck().Validate(null, settings).Failures!);

        Assert.Contains("CrmCloud__Store) is Sqlite; set it to Cosmos", fault, StringComparison.Ordinal);
    }

    // As the whole program sees the client's address, whatever he says of himself.
    private static async Task<string> AddressAsync(string? proxies, string sender)
    {
        using var folder = new TemporaryFolder();
        string[] trusted = proxies is null ? [] : [$"--CrmCloud:TrustedProxies={proxies}"];
        string[] args = [$"--CrmCloud:DataDirectory={folder.Path}", "--CrmCloud:Demo=false", .. trusted];
        await using var app = CrmCloudHost.Build(args, builder => builder.WebHost.UseTestServer());
        app.MapGet("/address", (HttpContext http) => http.Connection.RemoteIpAddress!.ToString());
        await app.StartAsync();
        var answer = await app.GetTestServer().SendAsync(http =>
        {
            http.Connection.RemoteIpAddress = System.Net.IPAddress.Parse(sender);
            http.Request.Path = "/address";
            http.Request.Headers["X-Forwarded-For"] = "198.51.100.7";
        });
        using var text = new StreamReader(answer.Response.Body);
        return await text.ReadToEndAsync();
    }
}
