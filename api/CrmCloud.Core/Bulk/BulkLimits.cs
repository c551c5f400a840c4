namespace CrmCloud.Core.Bulk;

/// <summary>What one file may ask for. Everything an import holds in memory follows from these.</summary>
public static class BulkLimits
{
    /// <summary>Bytes of an upload as sent, compressed or not: 1 GiB.</summary>
    public const long UploadBytes = 1L << 30;

    /// <summary>Uploads of one tenant and mode that are kept at once.</summary>
    public const int Uploads = 500;

    /// <summary>Bytes announced for them together: 20 GiB.</summary>
    public const long UploadsBytes = 20L << 30;

    /// <summary>Bytes of a file once unpacked: 4 GiB. A gzip bomb ends here.</summary>
    public const long ContentBytes = 4L << 30;

    /// <summary>
    /// Unpacked bytes for each packed one, after the first <see cref="FreeContentBytes"/>. Tables pack about 10 to 1,
    /// repeated blanks 1,000 to 1.
    /// </summary>
    public const int MostExpansion = 100;

    /// <summary>Unpacked bytes accepted whatever the packed size: 16 MiB.</summary>
    public const long FreeContentBytes = 16L << 20;

    /// <summary>Bytes of one row, line breaks inside quotes included.</summary>
    public const int RowBytes = 256 << 10;

    public const int Columns = 1_000;

    /// <summary>Rows that may be lines of one record; one document must stay well under 2 MB.</summary>
    public const int RowsPerRecord = 2_000;

    /// <summary>Records of one chunk, which is what is lost and done again when the process dies.</summary>
    public const int RecordsPerChunk = 2_500;

    /// <summary>Rows of one chunk; only a record that spans the border exceeds it.</summary>
    public const int RowsPerChunk = 16_000;

    /// <summary>Bytes of the rows of one chunk: 8 MiB.</summary>
    public const int BytesPerChunk = 8 << 20;

    /// <summary>Rows held at once while the lines of scattered records are brought together.</summary>
    public const int ScatteredRowsHeld = 50_000;

    /// <summary>Bytes of those rows: 64 MiB.</summary>
    public const long ScatteredBytesHeld = 64L << 20;

    /// <summary>Different values of a `groupBy` column.</summary>
    public const int Groups = 2_000_000;

    /// <summary>Row errors kept on the operation; the rejected file holds all.</summary>
    public const int ErrorsKept = 50;

    /// <summary>Kinds of errors counted apart; what comes later is counted under "other".</summary>
    public const int ErrorKinds = 40;

    /// <summary>How long an upload and the files of an import are kept.</summary>
    public static readonly TimeSpan FilesKept = TimeSpan.FromHours(24);

    /// <summary>How long the record of an import is kept.</summary>
    public static readonly TimeSpan OperationsKept = TimeSpan.FromDays(30);
}
