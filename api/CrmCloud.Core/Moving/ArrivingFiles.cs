using System.Security.Cryptography;

namespace CrmCloud.Core.Moving;

/// <summary>Puts the pieces of files together again as their lines come.</summary>
/// <param name="open">Where the bytes of a file go.</param>
/// <param name="arrived">Called with each whole file and its SHA-256, once its stream is closed.</param>
internal sealed class ArrivingFiles(Func<MovedFile, Stream> open, Action<MovedFile, string> arrived) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private MovedFile? _file;
    private Stream _to = Stream.Null;
    private long _bytes;

    /// <exception cref="MoveRefusedException">A file has fewer or more bytes than announced.</exception>
    public void Take(TenantFileLine line)
    {
        if (line.Piece is { } piece)
        {
            _hash.AppendData(piece);
            _to.Write(piece);
            _bytes += piece.Length;
            return;
        }

        if (_bytes != (_file?.Bytes ?? 0))
        {
            throw new MoveRefusedException("The file was altered: the pieces of an upload are not what was announced.");
        }

        if (_file is not null)
        {
            _to.Dispose();
            arrived(_file, Convert.ToHexStringLower(_hash.GetHashAndReset()));
        }

        (_file, _bytes) = (line.File, 0);
        _to = line.File is null ? Stream.Null : open(line.File);
    }

    public void Dispose()
    {
        _to.Dispose();
        _hash.Dispose();
    }
}
