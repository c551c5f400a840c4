using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace CrmCloud.Tests.Functions;

/// <summary>
/// The Functions program as a process, started as the Functions host starts it: a port in the environment, posts on
/// loopback. What was built beside these tests, or the published executable that CRMCLOUD_FUNCTIONS_PROGRAM names.
/// </summary>
internal sealed class FunctionsProgram : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();

    private FunctionsProgram(ProcessStartInfo start, int port)
    {
        Http = new() { BaseAddress = new($"http://127.0.0.1:{port}"), Timeout = Patience };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public HttpClient Http { get; }

    public string Output => string.Join('\n', _output);

    /// <summary>Starts on a data directory and waits until it answers.</summary>
    public static Task<FunctionsProgram> StartAsync(string directory) =>
        StartAsync(("CrmCloud__Store", "Sqlite"), ("CrmCloud__DataDirectory", directory));

    /// <summary>Starts with these settings and waits until it answers.</summary>
    public static async Task<FunctionsProgram> StartAsync(params (string Name, string Value)[] settings)
    {
        var port = FreePort();
        var program = new FunctionsProgram(Describe(port, settings), port);
        try
        {
            await program.UntilItAnswersAsync();
            return program;
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    /// <summary>How a start would look that is to fail.</summary>
    public static ProcessStartInfo Describe(int? port, params (string Name, string Value)[] settings)
    {
        var published = Environment.GetEnvironmentVariable("CRMCLOUD_FUNCTIONS_PROGRAM");
        var start = new ProcessStartInfo(string.IsNullOrEmpty(published) ? "dotnet" : published)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (string.IsNullOrEmpty(published))
        {
            start.ArgumentList.Add(BuiltPath());
        }

        start.Environment.Remove("ASPNETCORE_URLS");
        start.Environment["FUNCTIONS_CUSTOMHANDLER_PORT"] = port?.ToString();
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    /// <summary>As the host's sender does: chunked, and no charset games.</summary>
    public async Task<(HttpStatusCode Status, string Body)> PostAsync(string function, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/" + function);
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" };
        request.Headers.TransferEncodingChunked = true;
        request.Headers.Add("X-Azure-Functions-InvocationId", Guid.NewGuid().ToString());
        using var answer = await Http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public Task<(HttpStatusCode Status, string Body)> PostAsync(string function, string body) =>
        PostAsync(function, Encoding.UTF8.GetBytes(body));

    /// <summary>SIGTERM, as the platform does when it scales in.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        using (var signal = Process.Start("kill", $"-TERM {_process.Id}"))
        {
            await signal.WaitForExitAsync();
        }

        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        Http.Dispose();
    }

    // The Functions host chooses a port that is free, too.
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string BuiltPath()
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(Repository.Root, "functions", "CrmCloud.Functions", "bin", here.Parent!.Name, here.Name,
            "CrmCloud.Functions.dll");
    }

    private async Task UntilItAnswersAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var answer = await Http.GetAsync("/");
                return;
            }
            catch (HttpRequestException) when (!_process.HasExited && watch.Elapsed < Patience)
            {
                // Not listening yet: all an outsider can do is to ask again.
                await timer.WaitForNextTickAsync();
            }
        }
    }
}
