using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CrmCloud.Core.Bulk;

/// <summary>The two addresses beside GraphQL: files in, rejected rows out. The same keys open them.</summary>
public static class BulkEndpoints
{
    /// <param name="signIn">The caller, or null when the request was refused and answered already.</param>
    public static IEndpointRouteBuilder MapBulk(
        this IEndpointRouteBuilder routes, Func<HttpContext, ValueTask<Caller?>> signIn)
    {
        routes.MapPut(
            "/uploads/{id}",
            (HttpContext http, string id) => WithCallerAsync(http, signIn, caller => PutAsync(http, id, caller)));
        routes.MapGet("/bulk/{id}/rejected.csv", (HttpContext http, string id) =>
            WithCallerAsync(http, signIn, caller => RejectedAsync(http, (id, BulkFormat.Csv), caller)));
        routes.MapGet("/bulk/{id}/rejected.jsonl", (HttpContext http, string id) =>
            WithCallerAsync(http, signIn, caller => RejectedAsync(http, (id, BulkFormat.Jsonl), caller)));
        return routes;
    }

    private static async Task<IResult> WithCallerAsync(
        HttpContext http, Func<HttpContext, ValueTask<Caller?>> signIn, Func<Caller, Task<IResult>> answer)
    {
        if (await signIn(http) is not { } caller)
        {
            return Results.Empty;
        }

        return caller.Has(Scope.BulkRun)
            ? await answer(caller)
            : Refuse(http, StatusCodes.Status403Forbidden, "FORBIDDEN", "The key lacks the scope BULK_RUN.");
    }

    private static async Task<IResult> PutAsync(HttpContext http, string id, Caller caller)
    {
        if (caller.Tenant.IsReadOnly)
        {
            return Refuse(http, StatusCodes.Status409Conflict, "WRONG_STATE",
                "The tenant is read-only while it is moved; send the file again later.");
        }

        // Unknown, expired and another tenant's are one answer.
        var upload = GlobalId.Local(id, "Upload") is { Length: 32 } local
            ? await caller.Store.FindAsync<Upload>(Upload.KeyOf(local), http.RequestAborted)
            : null;
        if (upload is null || upload.ExpiresAt <= caller.Now)
        {
            return Refuse(
                http, StatusCodes.Status404NotFound, "NOT_FOUND",
                "There is no such upload; ask for one with stagedUploadCreate.");
        }

        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = upload.Bytes;
        }

        if (http.Request.ContentLength is { } announced && announced != upload.Bytes)
        {
            return Refuse(http, StatusCodes.Status400BadRequest, "BAD_REQUEST",
                $"The upload was announced with {upload.Bytes} bytes, not {announced}.");
        }

        return await ReceiveAsync(http, upload, caller);
    }

    private static async Task<IResult> ReceiveAsync(HttpContext http, Upload upload, Caller caller)
    {
        var folder = http.RequestServices.GetRequiredService<UploadStore>().Open(caller.Tenant.Slug, caller.Mode);
        if (upload.ReceivedAt is not null && folder.Has(upload.UploadId))
        {
            // An import may be reading it: a second sending is answered and not stored.
            return Results.Json(new { uploadId = upload.PublicId, bytes = upload.Bytes, sha256 = upload.Sha256 });
        }

        var hash = await folder.ReceiveAsync(
            upload.UploadId, http.Request.Body, (upload.Bytes, upload.Sha256), http.RequestAborted);
        if (hash is null)
        {
            return Refuse(http, StatusCodes.Status400BadRequest, "BAD_REQUEST",
                "The length or the SHA-256 is not the announced one; send the file again.");
        }

        try
        {
            var received = upload with { ReceivedAt = caller.Now, Sha256 = hash };
            await caller.Store.SaveAsync(Batch.Of(received), http.RequestAborted);
        }
        catch (VersionConflictException)
        {
            // Sent twice at once: the same bytes, by length and hash or by name; either of them stands.
        }

        return Results.Json(new { uploadId = upload.PublicId, bytes = upload.Bytes, sha256 = hash });
    }

    private static async Task<IResult> RejectedAsync(
        HttpContext http, (string Id, BulkFormat Format) file, Caller caller)
    {
        var operation = GlobalId.Local(file.Id, "BulkOperation") is { Length: 32 } local
            ? await caller.Store.FindAsync<BulkOperation>(BulkOperation.KeyOf(local), http.RequestAborted)
            : null;
        var folder = http.RequestServices.GetRequiredService<UploadStore>().Open(caller.Tenant.Slug, caller.Mode);
        var content = operation is not null && operation.Input.Format == file.Format
            ? folder.OpenRejected(operation.OperationId)
            : null;
        return content is null
            ? Refuse(
                http, StatusCodes.Status404NotFound, "NOT_FOUND",
                "There are no rejected rows, or they are no longer kept.")
            : Results.Stream(
                content,
                file.Format == BulkFormat.Csv ? "text/csv; charset=utf-8" : "application/x-ndjson",
                $"rejected.{(file.Format == BulkFormat.Csv ? "csv" : "jsonl")}");
    }

    // The form that every refusal of this API has; codes are explained in api/PROBLEMS.md.
    private static IResult Refuse(HttpContext http, int status, string code, string message) => Results.Json(
        new
        {
            errors = new[]
            {
                new
                {
                    message,
                    extensions = new { code, docUrl = $"/docs/problems#{code}", requestId = http.TraceIdentifier },
                },
            },
        },
        statusCode: status);
}
