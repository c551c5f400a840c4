using CrmCloud.Benchmarks;

var rest = args.Skip(1).ToArray();
switch (args.FirstOrDefault())
{
    case "store":
        await StoreBenchmark.RunAsync(rest);
        break;
    case "recount":
        await RecountBenchmark.RunAsync(rest);
        break;
    case "import":
        await ImportBenchmark.RunAsync(rest);
        break;
    case "incremental":
        await IncrementalBenchmark.RunAsync(rest);
        break;
    case "requests":
        await RequestsBenchmark.RunAsync(rest);
        break;
    case "cost":
        await CostBenchmark.RunAsync();
        break;
    case "conformance":
        await ConformanceReport.RunAsync(rest);
        break;
    case "graphql-host":
        await GraphQLHost.RunAsync(rest);
        break;
    case "hillstrom":
        HillstromReport.Run(rest);
        break;
    case "predict":
        PredictBenchmark.Run(rest);
        break;
    case "rules":
        RulesBenchmark.Run(rest);
        break;
    case "segments":
        await SegmentsBenchmark.RunAsync(rest);
        break;
    default:
        Console.WriteLine(
            "usage: dotnet run --project tests/CrmCloud.Benchmarks -c Release -- "
            + "store | recount | import [rows] | incremental"
            + " | requests [seconds] | conformance <folder>"
            + " | graphql-host [batched | allocations] [--urls ...]"
            + " | hillstrom <hillstrom.csv> | predict <CDNOW_master.txt>"
            + " | rules [customers] | cost");
        break;
}
