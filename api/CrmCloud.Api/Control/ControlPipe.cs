using System.Buffers;
using System.IO.Pipes;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CrmCloud.Api.Control;

/// <summary>
/// How the command line reaches the server that holds a data directory: a named pipe only the same user can open. No
/// port, no password, no certificate, and nothing left on disk that a key could be read from.
/// </summary>
public static class ControlPipe
{
    /// <summary>Longer messages are refused.</summary>
    public const int MostBytes = 4 << 20;

    // Of a Unix socket's path, less what the runtime may add.
    private const int MostPathBytes = 100;

    /// <summary>The same for server and command line, and different for each data directory.</summary>
    public static string NameFor(string dataDirectory)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataDirectory));
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(full)))[..16];
        if (OperatingSystem.IsWindows())
        {
            return $"crmcloud-{hash}";
        }

        // On Unix a pipe is a socket in the file system, so it lies where the lock lies, if its name fits.
        var beside = Path.Combine(full, "control.sock");
        return Encoding.UTF8.GetByteCount(beside) <= MostPathBytes ? beside : $"/tmp/crmcloud-{hash}.sock";
    }

    public static async Task SendAsync<T>(PipeStream pipe, T message, CancellationToken stop)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(message, ControlJson.Options);
        await pipe.WriteAsync((byte[])[.. json, (byte)'\n'], stop);
        await pipe.FlushAsync(stop);
    }

    /// <returns>Null when the other side closed before a whole message, or sent something else.</returns>
    public static async Task<T?> ReceiveAsync<T>(PipeStream pipe, CancellationToken stop) where T : class
    {
        var received = new ArrayBufferWriter<byte>();
        while (received.WrittenCount < MostBytes)
        {
            var count = await pipe.ReadAsync(received.GetMemory(4_096), stop);
            received.Advance(count);
            if (count == 0 || received.WrittenSpan[^1] == '\n')
            {
                break;
            }
        }

        try
        {
            return received.WrittenCount > 0
                ? JsonSerializer.Deserialize<T>(received.WrittenSpan, ControlJson.Options)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
