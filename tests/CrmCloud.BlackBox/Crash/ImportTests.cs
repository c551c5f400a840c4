using Xunit.Abstractions;

namespace CrmCloud.BlackBox.Crash;

/// <summary>What comes of a file, and of other settings after it, where nobody kills anything.</summary>
public sealed class Uninterrupted : IAsyncLifetime
{
    /// <summary>The settings that figures are counted anew with, back and forth.</summary>
    public static readonly object[] Settings =
    [
        new
        {
            timeZone = "America/New_York",
            fiscalYearStart = "04-06",
            churnWindow = "P45D",
            retentionWindow = (string?)null,
            rfmMethod = "FIXED_THRESHOLDS",
            rfmThresholds = new
            {
                recencyDays = new[] { 4, 3, 2, 1 },
                frequency = new[] { 5, 10, 12, 15 },
                monetary = new[] { "1000", "2000", "3000", "4000" },
            },
        },
        new { timeZone = "Asia/Tokyo", fiscalYearStart = "01-01", churnWindow = "P90D", retentionWindow = "P60D" },
    ];

    private const string Update = """
        mutation ($input: TenantUpdateInput!, $options: MutationOptions) {
          tenantUpdate(input: $input, options: $options) { userErrors { code message field } }
        }
        """;

    public OrderFile File { get; } = OrderFile.Generate(seed: 20_261, orders: 5_000);

    public List<string> Report { get; private set; } = [];

    /// <summary>Right after the import.</summary>
    public List<string> Figures { get; private set; } = [];

    /// <summary>With each of the settings, in their order.</summary>
    public List<List<string>> Recounted { get; } = [];

    public static Task SetAsync(Shop shop, int settings, string idempotencyKey) =>
        shop.DoAsync(Update, new { input = Settings[settings], options = new { idempotencyKey } });

    public async Task InitializeAsync()
    {
        await using var server = await Shop.StartServerAsync();
        var shop = await Shop.CreateAsync(server, "calm");
        var import = await Import.StartAsync(shop, File);
        await import.WaitUntilEndedAsync();
        await import.CheckCountersAsync(File);
        Report = await import.ReportAsync();
        Figures = await Crash.Figures.ReadAsync(shop);
        for (var settings = 0; settings < Settings.Length; settings++)
        {
            await SetAsync(shop, settings, $"set-{settings}");
            Recounted.Add(await Crash.Figures.ReadAsync(shop, fixedCuts: true));
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;
}

public sealed class ImportTests(Uninterrupted calm, ITestOutputHelper output) : IClassFixture<Uninterrupted>
{
    [Fact]
    public async Task An_import_killed_again_and_again_stores_counts_and_figures_as_an_uninterrupted_one()
    {
        var rounds = new CrashRounds(output, fewest: 3);
        await using var server = await rounds.StartServerAsync();
        var imports = 0;
        for (; rounds.GoOn || imports == 0; imports++)
        {
            var shop = await Shop.CreateAsync(server, $"import-{imports}");
            var import = await Import.StartAsync(shop, calm.File);
            while (rounds.GoOn && !await import.HasEndedAsync())
            {
                await rounds.KillAndStartAsync(server, withinMilliseconds: 700);
            }

            await import.WaitUntilEndedAsync();
            Figures.Same(calm.Report, await import.ReportAsync());
            Figures.Same(calm.Figures, await Figures.ReadAsync(shop));
            await import.CheckStoredAsync(calm.File);
        }

        rounds.Say($"{imports} imports of {calm.File.Rows} rows, {calm.Figures.Count} lines of figures compared");
    }

    [Fact]
    public async Task Figures_counted_through_kills_equal_those_counted_in_peace()
    {
        var rounds = new CrashRounds(output, fewest: 4);
        await using var server = await rounds.StartServerAsync();
        var shop = await Shop.CreateAsync(server, "figures");
        await (await Import.StartAsync(shop, calm.File)).WaitUntilEndedAsync();
        await KillUntilFreshAsync(rounds, server, shop, atMost: 2);
        Figures.Same(calm.Figures, await Figures.ReadAsync(shop));

        var recounts = 0;
        for (; rounds.GoOn; recounts++)
        {
            var settings = recounts % Uninterrupted.Settings.Length;
            await Uninterrupted.SetAsync(shop, settings, $"recount-{recounts}");
            await KillUntilFreshAsync(rounds, server, shop, atMost: 3);
            Figures.Same(calm.Recounted[settings], await Figures.ReadAsync(shop, fixedCuts: true));
        }

        rounds.Say($"{recounts} recounts after other settings, {calm.Recounted[0].Count} lines of figures compared");
    }

    private static async Task KillUntilFreshAsync(CrashRounds rounds, ServerProcess server, Shop shop, int atMost)
    {
        for (var kills = 0; kills < atMost && (kills == 0 || !await Figures.AreFreshAsync(shop)); kills++)
        {
            await rounds.KillAndStartAsync(server, withinMilliseconds: 500);
        }
    }
}
