using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;

namespace CrmCloud.Core.Moving;

/// <summary>Writes a tenant's file, line by line; it appears under its name whole or not at all.</summary>
/// <remarks>Holds one line in memory. Readable by its owner alone: it is everything a tenant knows of people.</remarks>
internal sealed class TenantFileWriter : IDisposable
{
    public const int PieceBytes = 1 << 18;

    private readonly string _path;
    private readonly FileStream _file;
    private readonly GZipStream _packed;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ArrayBufferWriter<byte> _line = new();
    private long _lines;
    private bool _finished;

    /// <exception cref="MoveRefusedException">There is a file of this name already.</exception>
    /// <exception cref="IOException">It cannot be written there.</exception>
    public TenantFileWriter(string path)
    {
        _path = path;
        ThrowIfTaken(path);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        // What an export that was killed has left, or somebody put there with rights or a link of his own.
        File.Delete(PartOf(path));
        _file = new(PartOf(path), options);
        _packed = new(_file, CompressionLevel.Optimal, leaveOpen: true);
    }

    /// <summary>Bytes of the packed file, so far or, once finished, in all.</summary>
    public long Bytes { get; private set; }

    /// <exception cref="MoveRefusedException">There is a file of this name already.</exception>
    public static void ThrowIfTaken(string path)
    {
        if (File.Exists(path))
        {
            throw new MoveRefusedException($"There is a file '{path}' already; name another.");
        }
    }

    public void Write(MovedDocument document) => WriteLine(document.Write);

    public void Write(TenantFileLine line) =>
        WriteLine(json => JsonSerializer.Serialize(json, line, TenantFileLine.Json));

    /// <summary>Writes the last line, waits for the disk and gives the file its name.</summary>
    public void Finish()
    {
        Write(new TenantFileLine { End = new(_lines, Convert.ToHexStringLower(_hash.GetCurrentHash())) });
        _packed.Dispose();
        _file.Flush(flushToDisk: true);
        Bytes = _file.Length;
        _file.Dispose();
        File.Move(PartOf(_path), _path);
        _finished = true;
    }

    public void Dispose()
    {
        _hash.Dispose();
        if (!_finished)
        {
            _packed.Dispose();
            _file.Dispose();
            File.Delete(PartOf(_path));
        }
    }

    private static string PartOf(string path) => path + ".part";

    private void WriteLine(Action<Utf8JsonWriter> write)
    {
        _line.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_line))
        {
            write(json);
        }

        _line.Write("\n"u8);
        _hash.AppendData(_line.WrittenSpan);
        _packed.Write(_line.WrittenSpan);
        _lines++;
    }
}
