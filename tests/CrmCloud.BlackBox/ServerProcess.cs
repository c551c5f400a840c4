using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace CrmCloud.BlackBox;

/// <summary>
/// The real program as a process of its own, on a free port, with a data directory that outlives restarts.
/// </summary>
public sealed partial class ServerProcess : IAsyncDisposable
{
    /// <summary>Opens the demo tenant of every server started here.</summary>
    public const string DemoKey = "black-box-demo-key-0123456789-abcdefgh";

    private static readonly TimeSpan StartWithin = TimeSpan.FromSeconds(60);
    private readonly Dictionary<string, string> _settings;
    private readonly ConcurrentQueue<string> _output = new();
    private Process? _process;

    private ServerProcess(Dictionary<string, string> settings) => _settings = settings;

    public string DataDirectory { get; } = Directory.CreateTempSubdirectory("crmcloud-blackbox-").FullName;

    /// <summary>Without a key; set to where the server listens now.</summary>
    public HttpClient Http { get; private set; } = new();

    public string Url { get; private set; } = "";

    /// <summary>Everything the server has written to stdout and stderr, over all its starts.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Leaves the demo tenant out; a start then costs a second of processor time instead of ten.</summary>
    public static (string Name, string Value) NoDemo => ("CrmCloud__Demo", "false");

    /// <summary>A data directory with nothing started on it.</summary>
    /// <param name="settings">Environment variables beside the data directory and the demo key.</param>
    public static ServerProcess New(params (string Name, string Value)[] settings) =>
        new(settings.ToDictionary(one => one.Name, one => one.Value));

    /// <summary>Starts and waits until it is ready.</summary>
    /// <inheritdoc cref="New"/>
    public static async Task<ServerProcess> StartAsync(params (string Name, string Value)[] settings)
    {
        var server = New(settings);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts on the same data directory, on another free port, and waits until it is ready.</summary>
    public async Task StartAgainAsync()
    {
        // Its own for each start: the end of a killed process may be noticed after the next one began.
        var url = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = Process.Start(Describe([]))!;
        Listen(_process.StandardOutput, url);
        Listen(_process.StandardError, url);
        Url = await url.Task.WaitAsync(StartWithin);
        Http = new() { BaseAddress = new(Url.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal)) };
        await WaitUntilReadyAsync();
    }

    /// <summary>As kill -9: nothing of the process runs after this.</summary>
    public async Task KillAsync()
    {
        _process!.Kill(entireProcessTree: false);
        await _process.WaitForExitAsync();
    }

    /// <summary>As an operator would: asks it to end and waits until it has.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        using (var signal = Process.Start("kill", $"-TERM {_process!.Id}"))
        {
            await signal.WaitForExitAsync();
        }

        await _process.WaitForExitAsync().WaitAsync(StartWithin);
        return _process.ExitCode;
    }

    /// <summary>Runs a command of the program on the same data directory.</summary>
    public Task<(int ExitCode, string Output, string Error)> CommandAsync(params string[] arguments) =>
        RunAsync(Describe(arguments));

    /// <summary>Posts a document and returns the answer, whatever its status.</summary>
    public async Task<HttpResponseMessage> PostAsync(string? key, string query, object? variables = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql")
        {
            Content = JsonContent.Create(new { query, variables }),
        };
        request.Headers.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        return await Http.SendAsync(request);
    }

    /// <summary>The whole answer to a document.</summary>
    public async Task<JsonElement> AskAsync(string key, string query, object? variables = null)
    {
        using var answer = await PostAsync(key, query, variables);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <param name="number">The shop's own, C-000001 to C-002000.</param>
    /// <returns>The customer, or JSON null.</returns>
    public async Task<JsonElement> FindDemoCustomerAsync(string number)
    {
        const string query = """
            query ($id: String!) { customer(ref: {externalId: {source: "shop", id: $id}}) { displayName country } }
            """;
        var answer = await AskAsync(DemoKey, query, new { id = number });
        return answer.GetProperty("data").GetProperty("customer");
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            await KillAsync();
        }

        _process?.Dispose();
        Http.Dispose();
        Directory.Delete(DataDirectory, recursive: true);
    }

    /// <summary>Runs the program with these settings until it ends by itself.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(StartWithin);
        return (process.ExitCode, await output, await error);
    }

    /// <param name="command">Words of a command; none for the server.</param>
    public ProcessStartInfo Describe(string[] command)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = DataDirectory,
        };
        string[] arguments = command.Length > 0 ? command : ["--urls", "http://127.0.0.1:0"];
        foreach (var argument in (string[])[ProgramPath(), .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment.Remove("ASPNETCORE_URLS");
        start.Environment["CrmCloud__DataDirectory"] = DataDirectory;
        start.Environment["CrmCloud__DemoKey"] = DemoKey;
        foreach (var (name, value) in _settings)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private async Task WaitUntilReadyAsync()
    {
        using var limit = new CancellationTokenSource(StartWithin);
        while (!limit.IsCancellationRequested)
        {
            using var answer = await Http.GetAsync("/readyz", limit.Token);
            if (answer.IsSuccessStatusCode)
            {
                return;
            }

            // The only way for an outsider to learn that a server became ready is to ask again.
            await Task.Delay(20, limit.Token);
        }
    }

    private void Listen(StreamReader reader, TaskCompletionSource<string> url) => _ = Task.Run(async () =>
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            _output.Enqueue(line);
            if (ListeningOn().Match(line) is { Success: true } found)
            {
                url.TrySetResult(found.Groups[1].Value);
            }
        }

        url.TrySetException(new InvalidOperationException($"The server ended before it listened:\n{Output}"));
    });

    // Built beside these tests, in the same configuration; never referenced.
    private static string ProgramPath()
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        var (framework, configuration) = (here.Name, here.Parent!.Name);
        var root = here;
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "CrmCloud.sln")))
        {
            root = root.Parent;
        }

        return Path.Combine(root!.FullName, "api", "CrmCloud.Api", "bin", configuration, framework, "CrmCloud.Api.dll");
    }

    [GeneratedRegex(@"Listening on (http://[^\s,;]+)")]
    private static partial Regex ListeningOn();
}
