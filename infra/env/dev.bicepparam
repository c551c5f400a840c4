using '../main.bicep'

param environmentName = 'dev'
param cosmosCapacity = 'serverless'
param apiImage = readEnvironmentVariable('API_IMAGE', 'mcr.microsoft.com/k8se/quickstart:latest')
// One instance: uploads lie on the disk of the instance that took them, and an import must find them. Raise both
// numbers where nobody imports (such as 1 to 2); what one instance costs is in ../README.md.
param apiReplicas = { min: 1, max: 1 }
param functionsMaxInstances = 40
param alertEmail = readEnvironmentVariable('ALERT_EMAIL', 'operators@example.com')
param monthlyBudget = 100
// First day of the month of the first deployment: an earlier month is refused for a new budget. Leave it afterwards.
param budgetStart = '2026-12-01'
