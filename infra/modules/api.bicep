// The API: Container Apps, never fewer than one instance, more with more requests at once where parameters allow it.
@description('Beginning of every resource name.')
param name string

@description('Region.')
param location string

@description('On every resource.')
param tags object

@description('Image with digest.')
param image string

@description('min and max.')
param replicas object

@description('The app\'s user-assigned identity.')
param identityName string

@description('Where the image lies.')
param registryServer string

@description('Application Insights.')
param insightsName string

@description('The workspace for console lines.')
param workspaceName string

@description('The account\'s address.')
param cosmosEndpoint string

@description('The database.')
param cosmosDatabase string

@description('The vault with Stripe\'s secrets; empty for none.')
param vaultUri string

@description('Subnet of the environment; empty for none.')
param subnetId string

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = {
  name: workspaceName
}

// Each is a secret of the vault, read with the identity, and a variable of the program.
var secrets = empty(vaultUri) ? [] : [
  { name: 'stripe-api-key', variable: 'Stripe__ApiKey' }
  { name: 'stripe-webhook-secret', variable: 'Stripe__WebhookSecret' }
]

var settings = [
  { name: 'ASPNETCORE_URLS', value: 'http://0.0.0.0:8080' }
  { name: 'AZURE_CLIENT_ID', value: identity.properties.clientId }
  { name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: insights.properties.ConnectionString }
  { name: 'CrmCloud__DataDirectory', value: '/tmp/crmcloud' }
  { name: 'CrmCloud__Store', value: 'Cosmos' }
  { name: 'CrmCloud__CosmosEndpoint', value: cosmosEndpoint }
  { name: 'CrmCloud__CosmosDatabase', value: cosmosDatabase }
  // The Functions app keeps figures.
  { name: 'CrmCloud__Workers', value: 'false' }
]

// Of the first deployment, when no registry holds the API's image yet: it listens on 80 and knows no /healthz.
var isPlaceholder = startsWith(image, 'mcr.microsoft.com/k8se/')

resource environmentOfApps 'Microsoft.App/managedEnvironments@2025-01-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    // Through diagnostic settings below: the direct way would need the workspace's key.
    appLogsConfiguration: { destination: 'azure-monitor' }
    workloadProfiles: [{ name: 'Consumption', workloadProfileType: 'Consumption' }]
    vnetConfiguration: empty(subnetId) ? null : { infrastructureSubnetId: subnetId, internal: false }
    peerTrafficConfiguration: { encryption: { enabled: true } }
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: environmentOfApps
  name: 'console'
  properties: {
    workspaceId: workspace.id
    logs: [
      { category: 'ContainerAppConsoleLogs', enabled: true }
      { category: 'ContainerAppSystemLogs', enabled: true }
    ]
  }
}

resource app 'Microsoft.App/containerApps@2025-01-01' = {
  name: '${name}-api'
  location: location
  tags: union(tags, { 'azd-service-name': 'api' })
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    managedEnvironmentId: environmentOfApps.id
    workloadProfileName: 'Consumption'
    configuration: {
      // With several, each deployment would leave its instances running for ever, imports and deliveries included.
      // An earlier one comes back as a copy, without building anything.
      activeRevisionsMode: 'Single'
      ingress: {
        external: true
        targetPort: isPlaceholder ? 80 : 8080
        transport: 'auto'
        allowInsecure: false
        traffic: [{ latestRevision: true, weight: 100 }]
      }
      registries: [{ server: registryServer, identity: identity.id }]
      secrets: [for one in secrets: {
        name: one.name
        keyVaultUrl: '${vaultUri}secrets/${one.name}'
        identity: identity.id
      }]
    }
    template: {
      containers: [
        {
          name: 'api'
          image: image
          resources: { cpu: json('1.0'), memory: '2Gi' }
          env: concat(settings, map(secrets, one => { name: one.variable, secretRef: one.name }))
          probes: isPlaceholder ? [] : [
            { type: 'Startup', httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 2, failureThreshold: 30 }
            { type: 'Liveness', httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 10, failureThreshold: 3 }
            { type: 'Readiness', httpGet: { path: '/readyz', port: 8080 }, periodSeconds: 5, failureThreshold: 3 }
          ]
          // The only place the program writes to; Container Apps cannot mount an image read-only.
          volumeMounts: [{ volumeName: 'scratch', mountPath: '/tmp' }]
        }
      ]
      volumes: [{ name: 'scratch', storageType: 'EmptyDir' }]
      scale: {
        minReplicas: replicas.min
        maxReplicas: replicas.max
        rules: [{ name: 'requests', http: { metadata: { concurrentRequests: '50' } } }]
      }
      terminationGracePeriodSeconds: 30
    }
  }
}

output apiId string = app.id
output url string = 'https://${app.properties.configuration.ingress.fqdn}'
