/** Whether the cluster's health is green or yellow (yellow: a single node has no place for replicas). */
export async function elasticsearchAnswers(host, port) {
  const response = await fetch(`http://${host}:${port}/_cluster/health`, { signal: AbortSignal.timeout(3_000) });
  const { status } = await response.json();
  return response.ok && (status === 'green' || status === 'yellow');
}
