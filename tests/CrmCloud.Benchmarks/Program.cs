System.Console.WriteLine("usage: dotnet run --project tests/CrmCloud.Benchmarks -c Release -- <name>");
