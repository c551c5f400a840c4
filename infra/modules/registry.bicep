// Where the API's images lie. Pushed by the deploy workflow, pulled with the API's identity.
@description('Beginning of every resource name.')
param name string

@description('Region.')
param location string

@description('On every resource.')
param tags object

@description('The principal that may pull.')
param pullerId string

// AcrPull
var pull = '7f951dda-4ed3-4680-a7ca-43fe172d538d'

resource registry 'Microsoft.ContainerRegistry/registries@2025-04-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: 'Basic' }
  properties: {
    adminUserEnabled: false
    anonymousPullEnabled: false
  }
}

resource puller 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: registry
  name: guid(registry.id, pullerId, pull)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', pull)
    principalId: pullerId
    principalType: 'ServicePrincipal'
  }
}

output server string = registry.properties.loginServer
