using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using CrmCloud.Core.Moving;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Tests.Moving;

/// <summary>A file that is not exactly what was exported makes no tenant and leaves nothing.</summary>
public sealed class DamagedFileTests : IAsyncLifetime, IAsyncDisposable
{
    private readonly MoveWorld _world = new();
    private TestCloud _here = null!;
    private TestCloud _there = null!;
    private byte[] _whole = null!;

    public async Task InitializeAsync()
    {
        (_here, _there) = (await _world.EmbeddedAsync(), await _world.EmbeddedAsync());
        await MoveWorld.ShopAsync(_here, "shop", orders: 12);
        await MoveWorld.ExportAsync(_here, "shop", _world.File("shop"));
        _whole = await File.ReadAllBytesAsync(_world.File("shop"));
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    ValueTask IAsyncDisposable.DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task A_file_that_was_cut_anywhere_is_refused()
    {
        const int Seed = 3;
        var random = new Random(Seed);
        int[] lengths = [0, _whole.Length - 1, .. Enumerable.Range(0, 40).Select(_ => random.Next(_whole.Length))];
        foreach (var length in lengths)
        {
            await RefusedAsync(_whole[..length], $"seed {Seed}, {length} of {_whole.Length} bytes");
        }
    }

    [Fact]
    public async Task A_file_with_a_changed_byte_is_refused()
    {
        const int Seed = 4;
        var random = new Random(Seed);
        for (var n = 0; n < 60; n++)
        {
            // The ten bytes of a packed file's head hold nothing but its time and system.
            var (at, changed) = (random.Next(10, _whole.Length), _whole.ToArray());
            changed[at] ^= (byte)(1 << random.Next(8));
            await RefusedAsync(changed, $"seed {Seed}, byte {at}");
        }
    }

    [Fact]
    public async Task A_file_with_something_behind_its_end_is_refused()
    {
        await RefusedAsync([.. _whole, .. "more"u8], "four bytes");
        await RefusedAsync([.. _whole, .. _whole], "the file once more");
    }

    [Theory]
    [InlineData("\"formatVersion\":1", "\"formatVersion\":2", "format version 2")]
    [InlineData("crmcloud-tenant", "crmcloud-tenants", "not a tenant's file")]
    [InlineData("shop-c1\\b", "shop-c9", "header counts")]
    [InlineData("\"document\":\\[\"Live\"", "\"document\":[\"Sandbox\"", "header counts")]
    [InlineData("\"document\":\\[\"Live\",\"Master\"", "\"document\":[\"Live\",\"Directory\"", "altered")]
    [InlineData("\"tenant\":\"shop\"", "\"tenant\":\"../shop\"", "names no tenant")]
    [InlineData("\"tenant\":\"shop\",", "", "names no tenant")]
    [InlineData("\"piece\":\"", "\"piece\":\"AAAA", "pieces of an upload")]
    [InlineData("\"name\":\"[0-9a-f]{32}\"", "\"name\":\"../../etc/passwd\"", "header counts")]
    public async Task A_file_that_was_written_anew_with_a_right_checksum_is_still_refused(
        string what, string by, string why)
    {
        var text = await MoveWorld.TextOfAsync(_world.File("shop"));
        var lines = new Regex(what).Replace(text, by, 1).TrimEnd('\n').Split('\n')[..^1];
        var body = Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(body));
        var end = $$$"""{"end":{"lines":{{{lines.Length}}},"sha256":"{{{sha256}}}"}}""";
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            await gzip.WriteAsync(body);
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(end + "\n"));
        }

        Assert.Contains(why, await RefusedAsync(packed.ToArray(), what), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task The_file_is_its_owners_alone_whoever_lay_in_wait_for_it()
    {
        Skip.If(OperatingSystem.IsWindows(), "Rights are those of Unix.");
        var (path, trap) = (_world.File("again"), _world.File("trap"));
        await File.WriteAllTextAsync(trap, "mine");
        File.CreateSymbolicLink(path + ".part", trap);

        await MoveWorld.ExportAsync(_here, "shop", path);

        Assert.Equal("mine", await File.ReadAllTextAsync(trap));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
    }

    [Fact]
    public async Task Something_else_is_refused()
    {
        await RefusedAsync("not packed at all"u8.ToArray(), "text");
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            await gzip.WriteAsync(new byte[20 << 20]);
        }

        Assert.Contains("too long", await RefusedAsync(packed.ToArray(), "20 MB of zeros"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_existing_tenant_and_a_file_that_is_there_already_are_left_alone()
    {
        var twice = await Assert.ThrowsAsync<MoveRefusedException>(
            () => MoveWorld.ImportAsync(_here, _world.File("shop")));
        var taken = await Assert.ThrowsAsync<MoveRefusedException>(
            () => MoveWorld.ExportAsync(_here, "shop", _world.File("shop")));
        var unknown = await Assert.ThrowsAsync<MoveRefusedException>(
            () => MoveWorld.ExportAsync(_here, "nobody", _world.File("nobody")));

        Assert.Equal("There is a tenant 'shop' already.", twice.Message);
        Assert.Contains("name another", taken.Message, StringComparison.Ordinal);
        Assert.Equal("There is no tenant 'nobody'.", unknown.Message);
        Assert.Equal(_whole, await File.ReadAllBytesAsync(_world.File("shop")));
        Assert.False(File.Exists(_world.File("nobody")) || File.Exists(_world.File("nobody.part")));
    }

    [Fact]
    public async Task A_tenant_whose_key_opens_somebody_else_here_is_refused_and_leaves_nothing()
    {
        var shop = await _here.TenantAsync("other");
        var apps = await shop.Store.QueryAsync<App>(new(CrmCloud.Store.Container.Master, "", "app"), default);
        var key = apps.Items.Single().Keys.Single();
        await _there.Stores.Directory.SaveAsync(CrmCloud.Store.Batch.Of(new KeyPointer
        {
            Fingerprint = key.Fingerprint, Tenant = "third", Mode = CrmCloud.Store.DataMode.Live, AppId = "a",
        }), default);
        await MoveWorld.ExportAsync(_here, "other", _world.File("other"));

        var refused = await Assert.ThrowsAsync<MoveRefusedException>(
            () => MoveWorld.ImportAsync(_there, _world.File("other")));

        Assert.Contains("third", refused.Message, StringComparison.Ordinal);
        Assert.Empty(MoveWorld.Documents(_there, "other"));
    }

    private async Task<string> RefusedAsync(byte[] content, string what)
    {
        var path = _world.File("damaged");
        await File.WriteAllBytesAsync(path, content);
        try
        {
            await MoveWorld.ImportAsync(_there, path);
        }
        catch (MoveRefusedException refused)
        {
            Assert.Empty(MoveWorld.Documents(_there, "shop"));
            Assert.Empty(await new TenantDirectory(_there.Stores, _world.Clock).ListAsync(default));
            return refused.Message;
        }

        Assert.Fail($"It was taken: {what}.");
        return "";
    }
}
