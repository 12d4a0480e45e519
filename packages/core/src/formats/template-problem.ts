/** A template cannot be resolved. Whoever knows the file and the stage turns it into an error that names them. */
export class TemplateProblem extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TemplateProblem';
  }
}
