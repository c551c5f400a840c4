using '../main.bicep'

param environmentName = 'prod'
param cosmosCapacity = 'autoscale'
param cosmosMaxThroughput = 10000
param apiImage = readEnvironmentVariable('API_IMAGE')
param apiReplicas = { min: 2, max: 10 }
param functionsMaxInstances = 100
param privateNetworking = true
param stripe = bool(readEnvironmentVariable('STRIPE', 'false'))
param alertEmail = readEnvironmentVariable('ALERT_EMAIL')
param monthlyBudget = 1500
param budgetStart = '2026-12-01'
