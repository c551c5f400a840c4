// The whole deployment on one screen. One resource group holds one environment; README.md beside this file is the runbook.
targetScope = 'resourceGroup'

@description('Short name of the environment, lower-case letters and digits; part of every resource name.')
@minLength(2)
@maxLength(8)
param environmentName string

@description('Region of everything that has one.')
param location string = resourceGroup().location

@description('Further regions of the database, in the order of failover. Needs autoscale.')
param extraCosmosRegions array = []

@description('Another account than the environment\'s own, such as a restored one; empty for its own.')
param cosmosAccountName string = ''

@description('serverless: paid by request, one region. autoscale: paid by the hour, up to cosmosMaxThroughput.')
@allowed(['serverless', 'autoscale'])
param cosmosCapacity string

@description('Request units a second that all containers share at most; only with autoscale.')
@minValue(1000)
param cosmosMaxThroughput int = 4000

@description('The API\'s image, with its digest.')
param apiImage string

@description('Instances of the API at least and at most. Imports need a single one; see README.md.')
param apiReplicas object = { min: 1, max: 1 }

@description('Instances of the functions at most.')
@minValue(1)
param functionsMaxInstances int = 40

@description('Whether database, vault and storage are reachable from the virtual network only.')
param privateNetworking bool = false

@description('Whether the vault holds Stripe\'s secrets; see README.md, "Rotate a key".')
param stripe bool = false

@description('Who is written to when an alert fires or the budget is near.')
param alertEmail string

@description('What a month may cost before somebody is told, in the subscription\'s currency.')
@minValue(1)
param monthlyBudget int

@description('First day of the first month of the budget, yyyy-MM-dd.')
param budgetStart string

var tags = { product: 'crmcloud', environment: environmentName }
var suffix = uniqueString(resourceGroup().id, environmentName)
var name = 'crmcloud-${environmentName}'

module identity 'modules/identity.bicep' = {
  params: { name: name, location: location, tags: tags }
}

module network 'modules/network.bicep' = if (privateNetworking) {
  params: { name: name, location: location, tags: tags }
}

module monitoring 'modules/monitoring.bicep' = {
  params: {
    name: name
    location: location
    tags: tags
    publisherIds: [identity.outputs.apiPrincipalId, identity.outputs.functionsPrincipalId]
  }
}

module cosmos 'modules/cosmos.bicep' = {
  params: {
    name: empty(cosmosAccountName) ? '${name}-${suffix}' : cosmosAccountName
    location: location
    tags: tags
    extraRegions: extraCosmosRegions
    capacity: cosmosCapacity
    maxThroughput: cosmosMaxThroughput
    contributorIds: [identity.outputs.apiPrincipalId, identity.outputs.functionsPrincipalId]
    workspaceId: monitoring.outputs.workspaceId
    publicAccess: !privateNetworking
  }
}

module secrets 'modules/secrets.bicep' = {
  params: {
    name: 'crm${environmentName}${suffix}'
    location: location
    tags: tags
    readerIds: [identity.outputs.apiPrincipalId]
    workspaceId: monitoring.outputs.workspaceId
    publicAccess: !privateNetworking
  }
}

module registry 'modules/registry.bicep' = {
  params: {
    name: 'crm${environmentName}${suffix}'
    location: location
    tags: tags
    pullerId: identity.outputs.apiPrincipalId
  }
}

module endpoints 'modules/endpoints.bicep' = if (privateNetworking) {
  params: {
    name: name
    location: location
    tags: tags
    networkId: network!.outputs.networkId
    subnetId: network!.outputs.endpointsSubnetId
    targets: [
      { name: 'cosmos', id: cosmos.outputs.accountId, group: 'Sql', zone: 'privatelink.documents.azure.com' }
      { name: 'vault', id: secrets.outputs.vaultId, group: 'vault', zone: 'privatelink.vaultcore.azure.net' }
      { name: 'blob', id: functions.outputs.storageId, group: 'blob', zone: 'privatelink.blob.${environment().suffixes.storage}' }
    ]
  }
}

module functions 'modules/functions.bicep' = {
  params: {
    name: name
    suffix: suffix
    location: location
    tags: tags
    identityName: identity.outputs.functionsName
    insightsName: monitoring.outputs.insightsName
    cosmosEndpoint: cosmos.outputs.endpoint
    cosmosDatabase: cosmos.outputs.database
    maxInstances: functionsMaxInstances
    subnetId: privateNetworking ? network!.outputs.functionsSubnetId : ''
  }
}

module api 'modules/api.bicep' = {
  params: {
    name: name
    location: location
    tags: tags
    image: apiImage
    replicas: apiReplicas
    identityName: identity.outputs.apiName
    registryServer: registry.outputs.server
    insightsName: monitoring.outputs.insightsName
    workspaceName: monitoring.outputs.workspaceName
    cosmosEndpoint: cosmos.outputs.endpoint
    cosmosDatabase: cosmos.outputs.database
    vaultUri: stripe ? secrets.outputs.vaultUri : ''
    subnetId: privateNetworking ? network!.outputs.apiSubnetId : ''
  }
}

module alerts 'modules/alerts.bicep' = {
  params: {
    name: name
    location: location
    tags: tags
    email: alertEmail
    cosmosId: cosmos.outputs.accountId
    apiId: api.outputs.apiId
    insightsId: monitoring.outputs.insightsId
    workspaceId: monitoring.outputs.workspaceId
    monthlyBudget: monthlyBudget
    budgetStart: budgetStart
  }
}

output apiUrl string = api.outputs.url
output registryServer string = registry.outputs.server
output functionsName string = functions.outputs.appName
output vaultName string = secrets.outputs.vaultName
output cosmosAccount string = cosmos.outputs.accountName
