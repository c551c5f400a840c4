using '../main.bicep'

param environmentName = 'dev'
param cosmosCapacity = 'serverless'
param apiImage = readEnvironmentVariable('API_IMAGE', 'mcr.microsoft.com/k8se/quickstart:latest')
param apiReplicas = { min: 1, max: 2 }
param functionsMaxInstances = 40
param alertEmail = readEnvironmentVariable('ALERT_EMAIL', 'operators@example.com')
param monthlyBudget = 100
param budgetStart = '2026-12-01'
