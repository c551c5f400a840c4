using '../main.bicep'

param environmentName = 'prod'
param cosmosCapacity = 'autoscale'
param cosmosMaxThroughput = 10000
param apiImage = readEnvironmentVariable('API_IMAGE')
// One instance: uploads lie on the disk of the instance that took them, and an import must find them. Raise both
// numbers where nobody imports (such as 2 to 10); what one instance costs is in ../README.md.
param apiReplicas = { min: 1, max: 1 }
param functionsMaxInstances = 100
param privateNetworking = true
param stripe = bool(readEnvironmentVariable('STRIPE', 'false'))
param alertEmail = readEnvironmentVariable('ALERT_EMAIL')
param monthlyBudget = 1500
// First day of the month of the first deployment: an earlier month is refused for a new budget. Leave it afterwards.
param budgetStart = '2026-12-01'
