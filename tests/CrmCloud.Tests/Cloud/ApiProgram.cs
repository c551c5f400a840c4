using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using CrmCloud.Tests.Functions;
using CrmCloud.Tests.Store;
using CrmCloud.Tests.Store.Cosmos;

namespace CrmCloud.Tests.Cloud;

/// <summary>
/// The API as a process of its own on the Cosmos adapter, workers and all, that can be killed and started again.
/// </summary>
/// <param name="settings">Beside those of the store.</param>
internal sealed class ApiProgram(Gateway gateway, string key, params (string Name, string Value)[] settings)
    : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TemporaryFolder _folder = new();
    private Process? _process;
    private volatile TaskCompletionSource<HttpClient> _http = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts it, on another port each time, and waits until it is ready.</summary>
    public async Task StartAsync()
    {
        var url = $"http://127.0.0.1:{FunctionsProgram.FreePort()}";
        _process = Process.Start(Describe(url))!;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        var http = new HttpClient { BaseAddress = new(url), Timeout = Patience };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (var watch = Stopwatch.StartNew(); !await IsReadyAsync(http); await timer.WaitForNextTickAsync())
        {
            Assert.True(watch.Elapsed < Patience && !_process.HasExited, "The API did not start.");
        }

        _http.SetResult(http);
    }

    /// <summary>As kill -9: nothing of the process runs after this.</summary>
    public async Task KillAsync()
    {
        _http = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Asks, where it is down as soon as it is up again.</summary>
    /// <exception cref="HttpRequestException">It was killed meanwhile.</exception>
    public async Task<TestAnswer> AskAsync(string query, object variables)
    {
        var http = await _http.Task;
        using var answer = await http.PostAsJsonAsync("/graphql", new { query, variables });
        return new(answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }

        _folder.Dispose();
    }

    private ProcessStartInfo Describe(string url)
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(
            Repository.Root, "api", "CrmCloud.Api", "bin", here.Parent!.Name, here.Name, "CrmCloud.Api.dll"));
        start.Environment["ASPNETCORE_URLS"] = url;
        start.Environment["CrmCloud__DataDirectory"] = _folder.Path;
        start.Environment["CrmCloud__Demo"] = "false";
        foreach (var (name, value) in CloudStage.SettingsFor(gateway).Concat(settings))
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static async Task<bool> IsReadyAsync(HttpClient http)
    {
        try
        {
            using var answer = await http.GetAsync("/readyz");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
