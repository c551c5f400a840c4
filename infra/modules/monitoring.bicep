// Logs and traces in one workspace; programs write with their identity, not with a key.
@description('Beginning of every resource name.')
param name string

@description('Region.')
param location string

@description('On every resource.')
param tags object

@description('Principals that may publish metrics and traces.')
param publisherIds array

// Monitoring Metrics Publisher
var publisherRole = '3913510d-42f4-4e42-8a64-420c390055eb'

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: 30
    // Without a bound a loop that logs costs more than everything else.
    workspaceCapping: { dailyQuotaGb: 5 }
    features: { enableLogAccessUsingOnlyResourcePermissions: true }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: name
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    // A spread, because the offline check knows only the properties of an older API version.
    ...{
      WorkspaceResourceId: workspace.id
      DisableLocalAuth: true
    }
  }
}

resource publishers 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for id in publisherIds: {
  scope: insights
  name: guid(insights.id, id, publisherRole)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', publisherRole)
    principalId: id
    principalType: 'ServicePrincipal'
  }
}]

output workspaceId string = workspace.id
output workspaceName string = workspace.name
output insightsId string = insights.id
output insightsName string = insights.name
