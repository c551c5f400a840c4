// The database. Containers come from containers.json, which a test compares with what the code expects (ContainerPlan).
@description('Beginning of every resource name.')
param name string

@description('Region.')
param location string

@description('On every resource.')
param tags object

@description('Further regions, in the order of failover.')
param extraRegions array

@description('serverless or autoscale.')
@allowed(['serverless', 'autoscale'])
param capacity string

@description('Request units a second that all containers share at most; only with autoscale.')
param maxThroughput int

@description('Principals that read and write documents.')
param contributorIds array

@description('Where the account logs to.')
param workspaceId string

@description('False: reachable through private endpoints only.')
param publicAccess bool

var containers = loadJsonContent('containers.json')
var databaseName = 'crmcloud'

// Cosmos DB Built-in Data Contributor: documents only, no containers and no keys.
var dataContributor = '00000000-0000-0000-0000-000000000002'

resource account 'Microsoft.DocumentDB/databaseAccounts@2025-04-15' = {
  name: name
  location: location
  tags: tags
  kind: 'GlobalDocumentDB'
  properties: {
    databaseAccountOfferType: 'Standard'
    locations: [for (region, i) in concat([location], extraRegions): {
      locationName: region
      failoverPriority: i
      isZoneRedundant: capacity == 'autoscale'
    }]
    enableAutomaticFailover: !empty(extraRegions)
    capabilities: capacity == 'serverless' ? [{ name: 'EnableServerless' }] : []
    // Who wrote reads his own write; other orders would cost twice or promise less than the store's port.
    consistencyPolicy: { defaultConsistencyLevel: 'Session' }
    backupPolicy: {
      type: 'Continuous'
      continuousModeProperties: { tier: 'Continuous30Days' }
    }
    disableLocalAuth: true
    disableKeyBasedMetadataWriteAccess: true
    minimalTlsVersion: 'Tls12'
    publicNetworkAccess: publicAccess ? 'Enabled' : 'Disabled'
  }
}

resource database 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases@2025-04-15' = {
  parent: account
  name: databaseName
  properties: {
    resource: { id: databaseName }
    options: capacity == 'autoscale' ? { autoscaleSettings: { maxThroughput: maxThroughput } } : {}
  }
}

resource planned 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2025-04-15' = [for one in containers: {
  parent: database
  name: one.name
  properties: {
    resource: union(
      {
        id: one.name
        partitionKey: { paths: [one.partitionKey], kind: 'Hash', version: 2 }
        indexingPolicy: one.indexingPolicy
      },
      one.defaultTtl == null ? {} : { defaultTtl: one.defaultTtl }
    )
  }
}]

resource contributors 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2025-04-15' = [for id in contributorIds: {
  parent: account
  name: guid(account.id, id, dataContributor)
  properties: {
    roleDefinitionId: '${account.id}/sqlRoleDefinitions/${dataContributor}'
    principalId: id
    scope: account.id
  }
}]

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account
  name: 'logs'
  properties: {
    workspaceId: workspaceId
    logAnalyticsDestinationType: 'Dedicated'
    // Not DataPlaneRequests: one row a request costs more than the request. Full texts are never logged.
    logs: [{ category: 'ControlPlaneRequests', enabled: true }]
  }
}

output accountId string = account.id
output accountName string = account.name
output endpoint string = account.properties.documentEndpoint
output database string = database.name
