using System.CommandLine;
using System.Text.Json;
using CrmCloud.Api.Control;

namespace CrmCloud.Api.CommandLine;

/// <summary><c>tenant export</c> and what belongs to it: a tenant is carried from one store to another.</summary>
public static class MoveCommand
{
    private static readonly Argument<string> Slug = new("slug") { Description = "The tenant." };

    private static readonly Argument<string> File = new("file") { Description = "The tenant's file." };

    private static readonly Option<bool> StayReadOnly = new("--stay-read-only")
    {
        Description = "Leave the tenant read-only afterwards: in the old place for good, in the new to look at him.",
    };

    /// <summary>Every one of them, as subcommands of <c>tenant</c>.</summary>
    public static IEnumerable<Command> MakeAll() =>
    [
        Make("export", "Writes everything a tenant has, in both modes, into a file. He is read-only meanwhile.",
            MoveCommands.Export, Slug, File, StayReadOnly),
        Make("import", "Makes a tenant of his file. Nothing is there until everything was compared with the file.",
            MoveCommands.Import, File, StayReadOnly),
        Make("compare", "Compares a read-only tenant with his file: every document, every indicator.",
            MoveCommands.Compare, File),
        Make("discard", "Removes what an import that was cut off has left.", MoveCommands.Discard, Slug),
        Make("freeze", "Makes a tenant read-only in both modes.", MoveCommands.Freeze, Slug),
        Make("unfreeze", "Lets a read-only tenant go on.", MoveCommands.Unfreeze, Slug),
    ];

    private static Command Make(string name, string description, string command, params Symbol[] parts)
    {
        var made = new Command(name, description);
        foreach (var part in parts)
        {
            Add(made, part);
        }

        made.SetAction((parsed, stop) => RunAsync(parsed, new(command)
        {
            Slug = parts.Contains(Slug) ? parsed.GetValue(Slug) : null,

            // The server may have been started in another folder.
            Path = parts.Contains(File) ? Path.GetFullPath(parsed.GetValue(File)!) : null,
            StayReadOnly = parts.Contains(StayReadOnly) && parsed.GetValue(StayReadOnly),
        }, stop));
        return made;
    }

    private static void Add(Command command, Symbol part)
    {
        if (part is Argument argument)
        {
            command.Add(argument);
        }
        else
        {
            command.Add((Option)part);
        }
    }

    private static async Task<int> RunAsync(ParseResult parsed, ControlRequest request, CancellationToken stop)
    {
        var answer = await SharedOptions.Client(parsed).RunAsync(request, stop);
        if (answer.Moved is { } moved && parsed.GetValue(SharedOptions.Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(moved, ControlJson.Options));
        }

        Console.Error.WriteLine(answer.Message);
        return answer.ExitCode;
    }
}
