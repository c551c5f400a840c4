// What somebody must hear of, and the month's budget.
@description('Beginning of every resource name.')
param name string

@description('Region.')
param location string

@description('On every resource.')
param tags object

@description('Who hears.')
param email string

@description('The database account.')
param cosmosId string

@description('The API.')
param apiId string

@description('Application Insights.')
param insightsId string

@description('The workspace.')
param workspaceId string

@description('In the subscription\'s currency.')
param monthlyBudget int

@description('yyyy-MM-dd, a first of a month.')
param budgetStart string

// Each query counts what should not be; any row fires. The names of functions are those of their folders.
var queries = [
  {
    name: 'feed-stands-still'
    text: 'A change feed was delivered and refused for a quarter of an hour, or the minute timer did not run.'
    scope: insightsId
    query: '''
      requests | where name endswith "FromChanges" | summarize good = countif(success), bad = countif(not(success)) by name
      | where bad > 0 and good == 0 | project name
      | union (requests | where name == "DueRows" and success | summarize runs = count() | where runs == 0 | project name = "DueRows")
    '''
  }
  {
    name: 'dead-letters'
    text: 'Documents were set aside because nobody can say whose they are, or a tenant goes on failing.'
    scope: insightsId
    query: 'traces | where message matches regex "[1-9][0-9]* (unreadable|failing)"'
  }
  {
    name: 'failed-invocations'
    text: 'Functions failed; they are tried again.'
    scope: insightsId
    query: 'requests | where not(success) | summarize failed = count() by name | where failed > 5'
  }
  {
    name: 'webhook-failures'
    text: 'Events of Stripe were refused, or deliveries to a tenant failed.'
    scope: workspaceId
    query: '''
      ContainerAppConsoleLogs
      | where Log matches regex @" (warn|error) CrmCloud\.(Core|Api)\.(Billing|Webhooks)\."
    '''
  }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: name
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'crmcloud'
    enabled: true
    emailReceivers: [{ name: 'operators', emailAddress: email, useCommonAlertSchema: true }]
  }
}

resource throttled 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: '${name}-throttled'
  location: 'global'
  tags: tags
  properties: {
    description: 'Requests were refused with 429: the database needs more throughput, or a tenant too much.'
    severity: 2
    enabled: true
    scopes: [cosmosId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'refused'
          criterionType: 'StaticThresholdCriterion'
          metricNamespace: 'Microsoft.DocumentDB/databaseAccounts'
          metricName: 'TotalRequests'
          dimensions: [{ name: 'StatusCode', operator: 'Include', values: ['429'] }]
          operator: 'GreaterThan'
          threshold: 100
          timeAggregation: 'Count'
        }
      ]
    }
    actions: [{ actionGroupId: people.id }]
  }
}

resource failing 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: '${name}-api-failing'
  location: 'global'
  tags: tags
  properties: {
    description: 'The API answers with 5xx.'
    severity: 1
    enabled: true
    scopes: [apiId]
    evaluationFrequency: 'PT1M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'answers'
          criterionType: 'StaticThresholdCriterion'
          metricNamespace: 'Microsoft.App/containerapps'
          metricName: 'Requests'
          dimensions: [{ name: 'statusCodeCategory', operator: 'Include', values: ['5xx'] }]
          operator: 'GreaterThan'
          threshold: 5
          timeAggregation: 'Total'
        }
      ]
    }
    actions: [{ actionGroupId: people.id }]
  }
}

resource counted 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for one in queries: {
  name: '${name}-${one.name}'
  location: location
  tags: tags
  properties: {
    displayName: one.name
    description: one.text
    severity: 2
    enabled: true
    scopes: [one.scope]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      allOf: [
        {
          query: one.query
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    actions: { actionGroups: [people.id] }
    autoMitigate: true
  }
}]

resource budget 'Microsoft.Consumption/budgets@2024-08-01' = {
  name: name
  properties: {
    category: 'Cost'
    amount: monthlyBudget
    timeGrain: 'Monthly'
    timePeriod: { startDate: budgetStart }
    notifications: {
      near: { enabled: true, operator: 'GreaterThan', threshold: 80, thresholdType: 'Actual', contactEmails: [email] }
      beyond: { enabled: true, operator: 'GreaterThan', threshold: 100, thresholdType: 'Forecasted', contactEmails: [email] }
    }
  }
}
