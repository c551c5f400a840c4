using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using CrmCloud.Api.Control;
using CrmCloud.Store;

namespace CrmCloud.Api.CommandLine;

/// <summary><c>tenant create</c>, <c>tenant key</c> and <c>tenant list</c>.</summary>
public static class TenantCommand
{
    private static readonly Argument<string> Slug = new("slug") { Description = "3 to 40 of a-z, 0-9 and '-'." };

    private static readonly Option<string> Currency = new("--currency")
    {
        Description = "ISO 4217, such as GBP. Every amount is recorded in it.",
        Required = true,
    };

    private static readonly Option<string> TimeZone = new("--time-zone")
    {
        Description = "IANA, such as Europe/London. Days, weeks and months begin in it.",
        Required = true,
    };

    private static readonly Option<string?> Name = new("--name")
    {
        Description = "Shown to people. Default: the slug.",
    };

    private static readonly Option<DataMode> Mode = new("--mode")
    {
        Description = "live, or sandbox for invented data.",
        DefaultValueFactory = _ => DataMode.Live,
        CustomParser = ModeOf,
    };

    public static Command Make()
    {
        var create = new Command("create", "Makes a tenant and prints its key, once.")
        {
            Slug, Currency, TimeZone, Name, Mode,
        };
        create.SetAction(CreateAsync);
        var key = new Command("key", "Makes a further administration key, live or of the sandbox, and prints it, once.")
        {
            Slug, Mode,
        };
        key.SetAction((parsed, stop) => RunAsync(parsed, new(ControlCommands.Key)
        {
            Slug = parsed.GetValue(Slug),
            Mode = parsed.GetValue(Mode),
        }, stop));
        var list = new Command("list", "Lists the tenants.");
        list.SetAction(ListAsync);
        var tenant = new Command("tenant", "Makes, lists and moves tenants; also while the server runs.")
        {
            create, key, list, SharedOptions.DataDirectory, SharedOptions.Json,
        };
        foreach (var move in MoveCommand.MakeAll())
        {
            tenant.Add(move);
        }

        return tenant;
    }

    private static Task<int> CreateAsync(ParseResult parsed, CancellationToken stop) =>
        RunAsync(parsed, new(ControlCommands.Create)
        {
            Slug = parsed.GetValue(Slug),
            Currency = parsed.GetValue(Currency),
            TimeZone = parsed.GetValue(TimeZone),
            Name = parsed.GetValue(Name),
            Mode = parsed.GetValue(Mode),
        }, stop);

    private static async Task<int> RunAsync(ParseResult parsed, ControlRequest request, CancellationToken stop)
    {
        var answer = await SharedOptions.Client(parsed).RunAsync(request, stop);
        if (answer.Created is { } made)
        {
            Console.WriteLine(parsed.GetValue(SharedOptions.Json)
                ? JsonSerializer.Serialize(made, ControlJson.Options)
                : made.Key);
        }

        return Say(answer);
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken stop)
    {
        var answer = await SharedOptions.Client(parsed).RunAsync(new(ControlCommands.List), stop);
        if (answer.Tenants is { } tenants && parsed.GetValue(SharedOptions.Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(tenants, ControlJson.Options));
        }
        else
        {
            foreach (var tenant in answer.Tenants ?? [])
            {
                var made = $"{tenant.CreatedAt.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}";
                Console.WriteLine($"{tenant.Slug,-40} {made} {tenant.State}".TrimEnd());
            }
        }

        return Say(answer);
    }

    // The parser of its own would name our type, and take numbers.
    private static DataMode ModeOf(ArgumentResult given)
    {
        var text = given.Tokens[0].Value;
        var found = Enum.GetValues<DataMode>()
            .Where(mode => mode.ToString().Equals(text, StringComparison.OrdinalIgnoreCase)).ToList();
        if (found.Count == 0)
        {
            given.AddError($"There is no mode '{text}'; --mode is live or sandbox.");
        }

        return found.FirstOrDefault();
    }

    private static int Say(ControlAnswer answer)
    {
        Console.Error.WriteLine(answer.Message);
        return answer.ExitCode;
    }
}
