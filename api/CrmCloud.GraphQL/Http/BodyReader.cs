using System.Buffers;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace CrmCloud.GraphQL.Http;

/// <summary>Reads a request body whole, within its limit.</summary>
internal static class BodyReader
{
    private const int SmallBytes = 4096;

    /// <returns>Memory of its own, so nothing of one caller can reach another through a pool.</returns>
    /// <exception cref="HttpRefusalException">413, 415 or 400.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, GraphQLHttpOptions options)
    {
        CheckContentType(request);
        if (request.ContentLength > options.BodyBytes)
        {
            throw TooLarge(options);
        }

        var encoding = request.Headers.ContentEncoding.ToString();
        var stop = request.HttpContext.RequestAborted;
        return encoding switch
        {
            "" or "identity" when TryReadReceived(request, out var received) => received,
            "" or "identity" =>
                await FillAsync(request.Body, request.ContentLength, options, stop).ConfigureAwait(false),
            "gzip" when options.Gzip => await UnzipAsync(request.Body, options, stop).ConfigureAwait(false),
            _ => throw new HttpRefusalException(
                415, "UNSUPPORTED_MEDIA_TYPE", $"The content encoding '{encoding}' is not supported."),
        };
    }

    // A small body usually came with the head of its request, and then needs no stream.
    private static bool TryReadReceived(HttpRequest request, out ReadOnlyMemory<byte> body)
    {
        body = default;
        if (request.ContentLength is not (> 0 and <= SmallBytes) || !request.BodyReader.TryRead(out var read))
        {
            return false;
        }

        var isWhole = read.Buffer.Length == request.ContentLength;
        body = isWhole ? read.Buffer.ToArray() : default;
        request.BodyReader.AdvanceTo(isWhole ? read.Buffer.End : read.Buffer.Start);
        return isWhole;
    }

    // A simple content type could be sent by a foreign web page with the user's cookies.
    private static void CheckContentType(HttpRequest request)
    {
        if (request.ContentType == "application/json")
        {
            return;
        }

        var isJson = MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            && (!type.Charset.HasValue
                || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));
        if (!isJson)
        {
            throw new HttpRefusalException(
                415, "UNSUPPORTED_MEDIA_TYPE",
                "A POST needs the content type application/json in UTF-8, "
                    + "and a JSON object with \"query\" as its body.");
        }
    }

    private static async ValueTask<ReadOnlyMemory<byte>> UnzipAsync(
        Stream body, GraphQLHttpOptions options, CancellationToken stop)
    {
        try
        {
            await using var unzipped = new GZipStream(body, CompressionMode.Decompress, leaveOpen: true);
            return await FillAsync(unzipped, null, options, stop).ConfigureAwait(false);
        }
        catch (InvalidDataException)
        {
            throw new HttpRefusalException(400, "BAD_REQUEST", "The body is not gzip.");
        }
    }

    private static async ValueTask<ReadOnlyMemory<byte>> FillAsync(
        Stream body, long? length, GraphQLHttpOptions options, CancellationToken stop)
    {
        var bytes = new byte[length ?? 4096];
        var filled = 0;
        while (filled != length)
        {
            if (filled == bytes.Length)
            {
                // One byte more than allowed shows that there is more.
                Array.Resize(ref bytes, Math.Min(filled * 2, options.BodyBytes + 1));
            }

            var read = await body.ReadAsync(bytes.AsMemory(filled), stop).ConfigureAwait(false);
            filled += read;
            if (filled > options.BodyBytes)
            {
                throw TooLarge(options);
            }

            if (read == 0)
            {
                break;
            }
        }

        return bytes.AsMemory(0, filled);
    }

    private static HttpRefusalException TooLarge(GraphQLHttpOptions options) =>
        new(413, "BODY_TOO_LARGE", $"The body is larger than {options.BodyBytes} bytes.");
}
