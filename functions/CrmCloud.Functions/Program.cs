return await CrmCloud.Functions.FunctionsHost.RunAsync(args);
